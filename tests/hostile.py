"""A statement that tries what text can try: to run, to link, to hide, to turn round and to burst the page."""

SCRIPT = "<script>document.title='overtatt';window.overtatt=1</script>"
HANDLER = "<img src=x onerror=\"window.overtatt=1\"><svg onload='window.overtatt=1'>"
BREAKOUT = "</mark></title></style></script>--><script>window.overtatt=1</script>"
LINKS = 'javascript:window.overtatt=1 [les mer](javascript:alert(1)) <a href="https://ond.example/spor">her</a> https://ond.example/'
BIDI = "fil\u202egnp.exe\u202c og \u2067skjult\u2069 \u200f\u061c"
CONTROLS = "\x07\x1b[31m \ufffe"
TEMPLATE = "{{ 7 * 7 }} {% raw %} ${7*7}"
WORD = "å" * 100_000

STATEMENT = f"""Personvernerklæring for Dal {SCRIPT} AS

Dal "onmouseover="window.overtatt=1" AS er behandlingsansvarlig for opplysningene om deg. {HANDLER}

Formål {BREAKOUT}

Vi bruker navn og telefonnummer for å levere bestillingen. {LINKS} Vi deler opplysninger med Mailchimp {BIDI}.

Vi registrerer navn {HANDLER}, e-post {BIDI} og telefonnummer {WORD}.

Vi bruker opplysningene til å:
- sende {LINKS} varer
- svare på {WORD}
- føre {BREAKOUT} regnskap

Personvernombud: Åse {SCRIPT} Li, ombud"onmouseover="window.overtatt=1@dal.example, Storgata 1 {BIDI}, 0123 Dal.
Vi deler ansvaret med Fylkesmannen {TEMPLATE} og Nes {HANDLER} AS, som er felles behandlingsansvarlig.

Lagringstid

Opplysningene om {TEMPLATE} slettes etter ett år. {CONTROLS} Vi lagrer {WORD} så lenge det er nødvendig.

Grunnlaget er avtalen med deg, jf. personvernforordningen artikkel 6 nr. 1 bokstav b. Behandlingen er meldt til Datatilsynet.

Du har rett til innsyn, retting og sletting. '"><b onclick=alert(1)>&lt;script&gt;&#x202e;
"""
