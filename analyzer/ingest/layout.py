"""Collects the blocks of a source into one text with offsets."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from analyzer.records import Block, BlockKind

_SPACES = re.compile(r"[ \t\r\n\f\v\u00a0\u2007\u202f]+")
_INVISIBLE = re.compile("[\u00ad\u200b\u200c\u200d\u2060\ufeff]")
_TIGHT: frozenset[BlockKind] = frozenset({"list_item", "table_row", "table_header"})


@dataclass(slots=True)
class LayoutBuilder:
    """Builds a document's text block by block, so that text and offsets cannot disagree.

    Blocks are separated by an empty line; list items and table rows, and lines of one paragraph
    (``tight=True``), by a line break alone.
    """

    blocks: list[Block] = field(default_factory=list)
    _parts: list[str] = field(default_factory=list)
    _length: int = 0

    def add(
        self,
        kind: BlockKind,
        text: str,
        *,
        level: int = 0,
        page: int | None = None,
        tight: bool = False,
    ) -> None:
        """Append one block; white space is collapsed, invisible characters go, empty text is ignored.

        Args:
            kind: What the block is.
            text: Its text; a list item keeps its marker ("• ") if it should be seen.
            level: Heading level or list depth.
            page: Page number from 1.
            tight: Put the block on the line after the previous one, with no empty line between.
        """
        text = _SPACES.sub(" ", _INVISIBLE.sub("", text)).strip()
        if not text:
            return
        if self.blocks:
            separator = "\n" if tight or kind in _TIGHT else "\n\n"
            self._parts.append(separator)
            self._length += len(separator)
        self.blocks.append(Block(self._length, self._length + len(text), kind, level, page))
        self._parts.append(text)
        self._length += len(text)

    @property
    def text(self) -> str:
        """The text so far."""
        return "".join(self._parts)
