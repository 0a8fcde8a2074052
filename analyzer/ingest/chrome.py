"""Finds the chrome of a web page: what a site puts around its text — menus, banners, site footers, widgets.

One pass counts, for every element, the prose, links, headings and controls inside it; the rules then decide
from those counts, the tag, the ARIA role and the words of class names. A name alone decides nothing: a
``div class="menu"`` full of sentences stays. In doubt text is kept, since a stray menu line costs a reader
less than a lost paragraph. Both passes are iterative and linear in the size of the page.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from operator import sub
from typing import NamedTuple

from lxml import etree


def name_set(words: str) -> frozenset[str]:
    """The names of a list written with spaces."""
    return frozenset(words.split())


HEADINGS = {f"h{level}": level for level in range(1, 7)}
# Elements whose text is never read. A button is read when it opens an accordion or stands in a heading.
_SKIPPED = name_set(
    """script style noscript template title svg math iframe object embed canvas audio video map select option
    textarea datalist progress meter button input"""
)
_CONTROLS = name_set("button input select textarea")
# ARIA roles that say what a div or span stands for.
_ROLE_TAGS = {
    "navigation": "nav", "menu": "nav", "menubar": "nav", "banner": "header", "contentinfo": "footer",
    "complementary": "aside", "main": "main", "article": "article", "search": "form", "dialog": "dialog",
    "alertdialog": "dialog", "list": "ul", "listitem": "li", "table": "table", "row": "tr", "cell": "td",
    "columnheader": "th", "rowheader": "th",
}  # fmt: skip

# Words of class and id names, each a hint that the counts must confirm.
_NAV_NAMES = name_set(
    """nav navbar navigation menu submenu topnav sidenav subnav megamenu hamburger breadcrumb breadcrumbs
    brodsmule brødsmule brødsmulesti pagination pager sitemap topmenu meny offcanvas"""
)
_HEADER_NAMES = name_set("header masthead topbar banner")
_FOOTER_NAMES = name_set("footer colophon bunntekst bottombar")
_PART_NAMES = name_set("card entry article post section panel modal table accordion content")
_SIDE_NAMES = name_set("sidebar related relatert recommended widget aside")
_SHARE_NAMES = name_set("share sharing social socials addtoany sharedaddy follow")
_WIDGET_NAMES = name_set(
    """newsletter nyhetsbrev subscribe signup search søk sok login comment comments respond feedback
    tilbakemelding chat chatbot captcha recaptcha cart contactform"""
)
_CONSENT_NAMES = name_set(
    """cookie cookies cookiebot cybot onetrust consent cookieconsent cookiebanner cookiebar gdpr cmp samtykke
    informasjonskapsler didomi usercentrics cmplz cky klaro osano iubenda borlabs coi truste axeptio moove"""
)
_OVERLAY_NAMES = name_set(
    """banner bar popup popin modal overlay notice notification dialog toast alert prompt fixed sticky drawer
    lightbox cookiebanner cookieconsent cookiebar sdk backdrop"""
)
_DIALOG_NAMES = name_set("modal popup lightbox drawer offcanvas overlay")
_TOGGLE_NAMES = name_set("accordion collapse collapsible toggle faq trekkspill expander expand")
_TOGGLE_PARTS = name_set("title header heading button toggle trigger label question head")
_BUTTON_NAMES = name_set("btn button cta knapp")
_READER_NAMES = name_set("sr-only visually-hidden screen-reader-text visuallyhidden")
_ICON_NAMES = name_set("icon icons material symbols fa glyphicon chevron caret arrow")

_NAME_PART = re.compile(r"[A-ZÆØÅ]?[a-zæøå0-9]+|[A-ZÆØÅ0-9]+")
_SENTENCE_END = re.compile(r"[a-zæøåA-ZÆØÅ0-9)»”\"][.!?](?=\s|$)")
_CONSENT_TEXT = re.compile(r"(?i)cookie|informasjonskaps|samtykke|consent")
_ACCEPT_TEXT = re.compile(
    r"""(?ix)^\W*(?:jeg\ )?(?:godta|aksepter|tillat|avvis|avslå|samtykk|(?:kun|bare)\ nødvendig|
    lagre\ (?:valg|inn)|forstått|forstår|den\ er\ grei|greit|ok\b|accept|allow|reject|decline|deny|agree|
    got\ it|only\ necessary)"""
)
_MENU_TEXT = re.compile(
    r"""(?ix)^\W*(?:meny|menu|søk|search|lukk|close|åpne|open|språk|language|logg\ inn|vis\ (?:mer|alle))"""
)
_SKIP_LINK = re.compile(r"(?i)^\W*(?:hopp|gå|skip|jump)\b.{0,12}\b(?:til|to)\b")
_OWNER_TEXT = re.compile(r"(?i)©|\(c\) ?\d|alle rettigheter|all rights|org\.? ?-?n(?:r|ummer)")
DATED = re.compile(r"(?i)\b(?:sist|oppdatert|endret|revidert|versjon|gjelder fra|dato)\b.*\d")

# The share of the page's prose from which on a block is the statement, whatever its tag or class says.
_MAIN_SHARE = 0.25


@lru_cache(maxsize=4096)
def _split_name(name: str) -> frozenset[str]:
    return frozenset(part.lower() for part in _NAME_PART.findall(name))


def class_words(element: etree._Element) -> frozenset[str]:
    """The words of an element's class and id: ``siteFooter_x1`` gives site, footer, x1."""
    return _split_name(f"{element.get('class', '')} {element.get('id', '')}")


def tag_of(element: etree._Element) -> str:
    """The tag, or the one that the element's role stands for."""
    role = element.get("role", "").lower()
    if role == "heading":
        level = element.get("aria-level", "2")
        return f"h{level}" if level in {"1", "2", "3", "4", "5", "6"} else "h2"
    # Forms and lists keep their own tag: a menu role on a list is a list of links all the same.
    return _ROLE_TAGS.get(role, str(element.tag).lower())


def is_toggle(element: etree._Element, tag: str) -> bool:
    """Whether the element is the clickable title of an accordion's panel."""
    if element.get("aria-haspopup") or class_words(element) & (_NAV_NAMES | {"dropdown", "close"}):
        return False
    opens = element.get("aria-expanded") or element.get("aria-controls")
    collapses = "collapse" in (element.get("data-toggle"), element.get("data-bs-toggle"))
    if tag in {"button", "a"} or element.get("role") in {"button", "tab"}:
        named = tag != "a" and bool(class_words(element) & _TOGGLE_NAMES)
        clickable = bool(opens) or collapses or named
    else:
        clickable = bool(class_words(element) & _TOGGLE_NAMES and class_words(element) & _TOGGLE_PARTS)
    if not clickable:
        return False
    text = short_text(element)
    return 3 <= len(text) <= 150 and not _MENU_TEXT.match(text)


def short_text(element: etree._Element, limit: int = 200) -> str:
    """The element's text up to about ``limit`` characters: enough to judge a label, at bounded cost."""
    pieces: list[str] = []
    length = 0
    for piece in element.itertext():
        pieces.append(str(piece))
        length += len(piece.strip())
        if length > limit:
            break
    return " ".join("".join(pieces).split())


class Counts(NamedTuple):
    """What an element holds; ``before`` is the prose of the page in front of it."""

    prose: int = 0  # characters outside links
    linked: int = 0  # characters of links
    links: int = 0
    sentences: int = 0
    headings: int = 0
    titles: int = 0  # h1 elements outside the site's header
    controls: int = 0
    accepts: int = 0  # buttons that say "Godta", "Avvis" …
    consents: int = 0  # mentions of cookies or consent
    tables: int = 0
    rows: int = 0
    cells: int = 0
    header_cells: int = 0
    blocks: int = 0
    before: int = 0

    @property
    def density(self) -> float:
        """The share of the text that is links."""
        return self.linked / max(1, self.linked + self.prose)


_FIELDS = {name: index for index, name in enumerate(Counts._fields)}
_COUNTED_TAGS = {
    "table": "tables", "tr": "rows", "td": "cells", "th": "header_cells", "p": "blocks", "li": "blocks",
    "summary": "headings", "input": "controls", "select": "controls", "textarea": "controls",
}  # fmt: skip


@dataclass(slots=True)
class Page:
    """A parsed page with the counts of each of its elements."""

    root: etree._Element
    counts: dict[etree._Element, Counts] = field(default_factory=dict)

    @property
    def total(self) -> Counts:
        """The counts of the whole page."""
        return self.counts[self.root]


@dataclass(slots=True)
class _Tally:
    """Running totals of the walk; the difference between two moments is what an element holds."""

    totals: list[int] = field(default_factory=lambda: [0] * len(_FIELDS))
    links: int = 0  # open a elements
    content: int = 0  # open main and article elements
    headers: int = 0  # open header elements that are not inside the content

    def add(self, name: str, amount: int = 1) -> None:
        self.totals[_FIELDS[name]] += amount

    def read(self, text: str | None) -> None:
        if not text or not (text := text.strip()):
            return
        self.add("linked" if self.links else "prose", len(text))
        self.add("consents", bool(_CONSENT_TEXT.search(text)))
        if not self.links:
            self.add("sentences", len(_SENTENCE_END.findall(text)))

    def enter(self, element: etree._Element, tag: str) -> None:
        if tag in _COUNTED_TAGS:
            self.add(_COUNTED_TAGS[tag])
        if tag in HEADINGS or (tag not in _CONTROLS and is_toggle(element, tag)):
            self.add("headings")
            self.add("titles", tag == "h1" and not self.headers)
        if tag == "a":
            self.add("links", bool(element.get("href")))
        if (
            tag == "button"
            or element.get("role") == "button"
            or (tag == "a" and class_words(element) & _BUTTON_NAMES)
        ):
            self.add("controls")
            self.add("headings", tag == "button" and is_toggle(element, tag))
            self.add("accepts", bool(_ACCEPT_TEXT.match(short_text(element))))
        self.move(tag, 1)

    def move(self, tag: str, step: int) -> None:
        if tag == "a":
            self.links += step
        elif tag in {"main", "article"}:
            self.content += step
        elif tag == "header" and not self.content:
            self.headers += step


def measure(root: etree._Element) -> Page:
    """Count what every element of a page holds."""
    page, tally = Page(root), _Tally()
    starts: list[list[int]] = []
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        tag = tag_of(element)
        if event == "start":
            starts.append(tally.totals.copy())
            tally.enter(element, tag)
            if _is_skipped(element, tag):
                walk.skip_subtree()
            else:
                tally.read(element.text)
            continue
        tally.move(tag, -1)
        start = starts.pop()
        counts = map(sub, tally.totals, start)
        page.counts[element] = Counts(*counts)._replace(before=start[_FIELDS["prose"]])
        tally.read(element.tail)
    return page


def _is_skipped(element: etree._Element, tag: str) -> bool:
    if tag == "button":
        parent = element.getparent()
        in_heading = parent is not None and (tag_of(parent) in HEADINGS or parent.tag == "summary")
        return not in_heading and not is_toggle(element, tag)
    return tag in _SKIPPED and not element.get("shadowrootmode")


@dataclass(slots=True)
class _Box:
    """An element with all that the rules may ask about it."""

    element: etree._Element
    tag: str
    names: frozenset[str]
    counts: Counts
    total: Counts
    in_content: bool  # inside main or article

    @property
    def share(self) -> float:
        return self.counts.prose / max(1, self.total.prose)

    @property
    def is_link_list(self) -> bool:
        return self.counts.density >= 0.5 and not self.counts.sentences

    @property
    def is_prose(self) -> bool:
        return self.counts.sentences >= 3 and self.counts.density < 0.5

    @property
    def is_first(self) -> bool:
        return self.counts.before <= 0.02 * self.total.prose

    @property
    def is_last(self) -> bool:
        return self.counts.before + self.counts.prose >= 0.98 * self.total.prose


def _is_consent_banner(box: _Box) -> bool:
    """A dialog that asks for consent; a section *about* cookies has no such buttons, or no such frame."""
    counts, element = box.counts, box.element
    if not counts.controls or not (counts.consents or counts.accepts):
        return False
    style = element.get("style", "").replace(" ", "").lower()
    is_dialog = box.tag == "dialog" or bool(element.get("aria-modal"))
    is_overlay = is_dialog or bool(box.names & _OVERLAY_NAMES) or "position:fixed" in style
    is_named = bool(box.names & _CONSENT_NAMES)
    if is_dialog and is_named:
        return True  # vendors' dialogs hold whole cookie lists, with headings
    if counts.headings > 2 or counts.sentences > 12 or not counts.accepts:
        return is_named and is_overlay and counts.headings <= 1 and counts.sentences <= 4
    at_edge = (box.is_first or box.is_last) and not box.in_content and counts.sentences <= 6
    return bool(counts.consents) and (is_overlay or is_named or (at_edge and not counts.headings))


def _is_dialog(box: _Box) -> bool:
    if box.tag != "dialog" and not (box.element.get("aria-modal") or box.names & _DIALOG_NAMES):
        return False
    return box.counts.controls > 0 and not (box.in_content and box.is_prose)


def _is_navigation(box: _Box) -> bool:
    if box.tag == "nav":
        return not box.is_prose
    label = box.element.get("aria-label", "").lower()
    if not (box.names & _NAV_NAMES or any(word in label for word in ("brødsmule", "breadcrumb"))):
        return False
    text = box.counts.prose + box.counts.linked
    few_words = text < 80 and not box.counts.sentences and box.counts.links + box.counts.controls > 0
    return few_words or box.is_link_list


def _is_site_header(box: _Box) -> bool:
    """A header goes with its menu, unless it holds the statement's title or prose."""
    counts = box.counts
    if box.in_content or box.is_prose:
        return False
    if box.tag != "header" and not (box.names & _HEADER_NAMES and counts.links >= 3 and box.is_link_list):
        return False
    titled = counts.headings > 0 and counts.prose > 0
    return not titled or (box.total.titles > counts.titles and counts.links >= 3)


def _is_site_footer(box: _Box) -> bool:
    is_named = bool(box.names & _FOOTER_NAMES) and box.is_last
    if box.tag != "footer" and not is_named:
        return False
    text = short_text(box.element, 2000)
    if box.is_link_list or _OWNER_TEXT.search(text) or not box.counts.prose:
        return True
    if box.tag == "footer":
        return not box.in_content and not _says_date_only(text)
    return not (box.names & _PART_NAMES or _says_date_only(text))


def _says_date_only(text: str) -> bool:
    return len(text) < 120 and bool(DATED.search(text))


def _is_side_matter(box: _Box) -> bool:
    if box.tag != "aside" and not box.names & _SIDE_NAMES:
        return False
    return box.is_link_list or (box.tag == "aside" and not box.in_content and box.counts.sentences < 3)


def _is_widget(box: _Box) -> bool:
    """Forms and what is meant for clicking: share links, search, newsletter, feedback."""
    counts = box.counts
    if box.names & _SHARE_NAMES and counts.links + counts.controls > 0:
        return counts.prose < 200 and not counts.sentences
    small = counts.controls > 0 and counts.sentences < 3 and counts.prose < 400
    return small and (box.tag == "form" or bool(box.names & _WIDGET_NAMES))


def _is_link_block(box: _Box) -> bool:
    """An unmarked menu: nothing but links, before or after everything else."""
    if box.in_content or box.counts.links < 3 or box.counts.sentences or box.counts.density < 0.9:
        return False
    return box.is_first or box.is_last


def _is_small_chrome(box: _Box) -> bool:
    """Skip links, icons, hints for screen readers and templates of messages."""
    element, counts = box.element, box.counts
    if counts.prose + counts.linked > 100:
        return False
    if box.tag == "a":
        skips = "skip" in box.names or bool(_SKIP_LINK.match(short_text(element)))
        return skips and element.get("href", "").startswith("#")
    if box.names & _ICON_NAMES and box.tag in {"i", "span"}:
        return bool(re.fullmatch(r"[a-z_]*", short_text(element)))  # the name of a glyph: expand_more
    if box.tag == "span" and _READER_NAMES & set(element.get("class", "").split()):
        return not counts.headings and _inside_link(element)
    if element.get("aria-hidden") == "true":
        return not re.search(r"\w\w", short_text(element))
    hidden = element.get("hidden") is not None or "display:none" in element.get("style", "").replace(" ", "")
    return hidden and not counts.blocks + counts.headings + counts.sentences and counts.prose < 60


def _inside_link(element: etree._Element) -> bool:
    parent = element.getparent()
    return parent is not None and parent.tag == "a"


# Each with the largest share of the page's prose that it may take.
_RULES: tuple[tuple[Callable[[_Box], bool], float], ...] = (
    (_is_consent_banner, 2.0),
    (_is_navigation, 2 * _MAIN_SHARE),
    (_is_site_header, 2 * _MAIN_SHARE),
    (_is_site_footer, 2 * _MAIN_SHARE),
    (_is_dialog, _MAIN_SHARE),
    (_is_side_matter, _MAIN_SHARE),
    (_is_widget, _MAIN_SHARE),
    (_is_link_block, _MAIN_SHARE),
    (_is_small_chrome, _MAIN_SHARE),
)
_KEPT_TAGS = name_set("html body main article")


def find_chrome(page: Page) -> set[etree._Element]:
    """Find the topmost elements that are not part of the page's own text."""
    chrome, consent, left = _apply_rules(page, _RULES)
    if page.total.prose - consent < 100:  # what looks like a banner is all there is
        chrome, consent, left = _apply_rules(page, _RULES[1:])
    if left < 0.3:  # the rules have misread this page: trust the banners and plain menus alone
        chrome, consent, left = _apply_rules(page, _RULES[:2] if consent else _RULES[1:2])
    return chrome


def _apply_rules(
    page: Page, rules: tuple[tuple[Callable[[_Box], bool], float], ...]
) -> tuple[set[etree._Element], int, float]:
    """Collect the chrome; also the prose in consent dialogs, and the share of the rest that is left."""
    chrome: set[etree._Element] = set()
    consent = dropped = content = 0
    walk = etree.iterwalk(page.root, events=("start", "end"))
    for event, element in walk:
        tag = tag_of(element)
        content += (tag in {"main", "article"}) * (1 if event == "start" else -1)
        if event == "end" or tag in _KEPT_TAGS:
            continue
        box = _Box(element, tag, class_words(element), page.counts[element], page.total, content > 0)
        if _is_skipped(element, tag):
            chrome.add(element)
        elif not box.counts.prose + box.counts.linked:
            continue
        elif rule := next((rule for rule, limit in rules if box.share < limit and rule(box)), None):
            chrome.add(element)
            if rule is _is_consent_banner:
                consent += box.counts.prose
            else:
                dropped += box.counts.prose
        else:
            continue
        walk.skip_subtree()
    statement = page.total.prose - consent
    return chrome, consent, (statement - dropped) / max(1, statement)
