"""Removes what pages and agencies put around an article from its text.

It removes links to other articles, lists of tags, captions, credits and calls to subscribe, whose
names do not belong to the article. The remaining text is published, and offsets refer to it.

A line is removed only if its form identifies it: a label and no sentence ("RELATED: Putin
orders call-up"), names and nothing else ("Reporting by A. Writer; Editing by B. Editor"). A
paragraph that begins with "Related:" and ends as a sentence does stays. It works line
by line, in time linear in the text. A second run changes nothing.
"""

import re
from typing import Final

from processors.articles.boilerplate_labels import (
    CALL,
    FIRST_WORDS,
    LINK_LABEL,
    PICTURE_LABEL,
    SHORT_CALL,
    TAG_LABEL,
)

_LONGEST_LINE: Final = 400
_LONGEST_TITLE: Final = 180
_LONGEST_WORD: Final = 24
_BULLETS: Final = "-*\u2022\u00b7\u25cf\u25aa\u2013\u2014\u25ba\u25b6\u2192\u00bb>| ()[]"

_SEPARATOR: Final = r"\s*(?:[:\uff1a|\u2013\u2014>\u00bb\u2192]|-(?=\s)|\.\.\.|\u2026)\s*"
_FLAGS: Final = re.IGNORECASE | re.VERBOSE

_LINK_ALONE: Final = re.compile(rf"(?:{LINK_LABEL})\s*[:>\u00bb\u2192\u2026]*", _FLAGS)
_LINK_LINE: Final = re.compile(rf"(?P<label>{LINK_LABEL}){_SEPARATOR}(?P<rest>\S.*)", _FLAGS)
_TAG_LINE: Final = re.compile(
    rf"(?:{TAG_LABEL})\s*(?:[:\uff1a|\u2013\u2014>]+|-(?=\s))\s*(?P<rest>.*)", _FLAGS
)
_TAG_ALONE: Final = re.compile(rf"(?:{TAG_LABEL})\s*:?", _FLAGS)
_PICTURE_LINE: Final = re.compile(
    rf"(?P<label>{PICTURE_LABEL})\s*[:\uff1a|]\s*(?P<rest>\S.*)"
    r"|(?:image|media|video|picture|audio)\ (?:source|caption),\ .*",
    _FLAGS,
)
_CALL_LINE: Final = re.compile(rf"(?:{CALL})", _FLAGS)
_SHORT_CALL_LINE: Final = re.compile(rf"(?:{SHORT_CALL})", _FLAGS)
_LINK_IN_LINE: Final = re.compile(
    r"(?:READ (?:MORE|ALSO|NEXT)|ALSO READ|SEE ALSO|RELATED(?: [A-Z]{3,12})?|MOST READ"
    r"|Read (?:[Mm]ore|[Aa]lso|[Nn]ext)|Also [Rr]ead|See [Aa]lso)\s?[:|]\s"
)
_BEFORE_A_SENTENCE: Final = ".!?\u2026\"\u201d'\u2019)]"
_SENTENCE_BEGINS: Final = re.compile(
    r"[.!?\u2026\"\u201d'\u2019)\]] {1,2}(?=(?:[-\u2013\u2014]{1,2} ?)?[A-Z(\[])"
)

_WORK: Final = r"""(?:additional\s|further\s)?(?:
    reporting(?:\sand\swriting|\sand\sediting)? | writing(?:\sand\sediting)? | editing | edited
  | compil(?:ed|ing) | written | reported | translat(?:ed|ing|ion) | produc(?:ed|tion)
  | fact[ -]?check(?:ed|ing)? | photograph(?:s|y|ed)? | (?:photo|picture|image|graphic)s?
  | illustrations? | video | interviews? | research | contributions? )
"""
# The credits in brackets that agencies end with.
_CREDIT_IN_BRACKETS: Final = re.compile(
    rf"[(\[]\s?(?:{_WORK}\s?(?:\sby\b|:)|with\s(?:inputs?|reporting|files)\s(?:from|by)\b"
    r"|with\sagenc(?:y|ies)\b|file\sphoto\b)[^()\[\]]{0,400}[)\]]",
    _FLAGS,
)
_CAPITALISED: Final = r"[^\W\d_a-z][\w.'\u2019-]*"
_NAME: Final = (
    rf"{_CAPITALISED}(?:\s(?:{_CAPITALISED}|de|da|dos|van|von|den|der|al|el|bin|bint|la|le|du|di))*"
)
_PLACE: Final = rf"(?:\sin(?:\sthe)?\s{_NAME})?"
_WHO: Final = rf"(?:{_NAME}|agencies|staff){_PLACE}"
_NAMES: Final = rf"{_WHO}(?:(?:,|,?\sand|\s&|/)\s?{_WHO})*"
_BY: Final = (
    rf"(?ix:{_WORK}(?:\s+(?:by|from):?|:)|with\s(?:reporting|inputs?|files|assistance)\s(?:by|from)|contributing:"
    r"|(?:editor|reporter|writer|producer|translator)s?:)"
)
_CREDIT: Final = re.compile(
    rf"\W*(?i:this\s(?:article|story|report|piece)\s(?:was|is)\s)?{_BY}\s+{_NAMES}"
    rf"(?:(?:\s?[;.,]\s?(?:and\s)?(?:{_BY}\s+)?|\s+{_BY}\s+){_NAMES})*\W*"
)
_BYLINE: Final = re.compile(rf"By\s+{_NAMES}(?:\s?[,|]\s?[\w ]{{2,40}})?")
_HASHTAGS: Final = re.compile(r"(?:#\w+[\s,]*){2,}")
_TAGS_WITHOUT_COLON: Final = re.compile(
    r"(?:Tags|Topics|Keywords|TAGS|TOPICS)\s+[A-Z#][^,.!?]{0,40}(?:,\s?[A-Z#][^,.!?]{0,40})+"
    r"|(?:Tagged|TAGGED)\s+[A-Z#][^,.!?]{0,40}(?:,\s?[^,.!?\s][^,.!?]{0,40})*"
    rf"|(?:(?:Filed|Posted)\s(?:[Uu]nder|[Ii]n)|FILED\sUNDER|POSTED\sIN)\s+{_NAMES}"
)
# What follows in capitals alone is a headline that is not marked as another article's.
_LINK_IN_CAPITALS: Final = re.compile(
    r"(?:READ (?:MORE|ALSO|NEXT)|ALSO READ|SEE ALSO|DON['\u2019]T MISS)\s+"
    r"(?=[\"'\u201c\u2018]?[A-Z\d])"
    r"(?=[^\n]*[a-z])[^\n]+"
)
_TAGS_IN_LINE: Final = re.compile(
    r"(?:Tags|TAGS|Topics|TOPICS|Keywords|Categories|Tagged|Filed [Uu]nder|FILED UNDER"
    r"|Posted [Ii]n)\s?[:|]\s?(?=[A-Z#])"
)
_NO_TAG: Final = re.compile(
    r"\s*(?:[Aa]n?|by|of|that|which|who|whose|where|when|but|because|if|how|why|what)\b"
    r"|[^\n]*\b(?:that|which|is|are|was|were|has|had|have|says|said|will|would)\b"
)
_TAG_ENDS: Final = re.compile(r"[,;|/#\u2022]")
_PICTURE_CREDIT: Final = (
    r"[(\[]\s?(?:(?i:(?:file\s)?(?:photo|image|picture|photograph)s?(?:\s?by\b|\s?credit|:|/))"
    r"|(?:Getty(?:\sImages)?|AP\s(?:Photo|Images)|Shutterstock|Alamy)(?=[\s)\]/,])"
    r"|(?:AP|AFP|EPA|PA|Reuters|REUTERS|Getty|ANI|PTI|Xinhua|TASS)\b[^()\[\]]{0,20}/)"
    r"[^()\[\]]{0,100}[)\]]"
)
_PICTURE_CREDIT_ANYWHERE: Final = re.compile(_PICTURE_CREDIT)
# What stands before a picture's credit on a line of its own is its caption.
_CAPTION: Final = re.compile(rf"[^\n]{{0,300}}{_PICTURE_CREDIT}\W*")
# A caption with its credit behind it, as in: Mayor in Leeds, May 1. REUTERS/Jane Doe
_CAPTION_WITHOUT_BRACKETS: Final = re.compile(
    r"[^\n]{1,300}[.,]\s(?:(?:REUTERS|Reuters|AFP|AP|EPA|TASS|Xinhua|Getty)(?:\s(?:Photo|Images))?/"
    r"|(?:File\s)?(?:Photo|Photograph|Picture|Image|Pic)(?:\s(?:by|credit))?:\s?)"
    rf"{_NAMES}\W*"
)
_CONTRIBUTED: Final = re.compile(
    r"(?:[-\u2013\u2014]{1,2}\s?)?[A-Z](?:(?![a-z]{3}[.]\s)[^!?\n]){3,300}?\scontributed\s(?:to\sthis\s"
    r"(?:report|story|article|piece)|reporting)"
    r"(?:\s(?:from|in|for|to)\s[^.!?\n]{1,60})?[.]?"
)
_ENDS_A_SENTENCE: Final = re.compile(r"[.!\u2026\u3002\uff01\u0964][\"'\u201d\u2019\u00bb)\]]*$")
_FIRST_WORD: Final = re.compile(r"[^\W\d_]+")
_LATIN_ENDS: Final = "\u024f"


def without_boilerplate(text: str) -> str:
    """Return a cleaned text without what is not the article's.

    Args:
        text: As `clean_text` gives it.
    """
    has_brackets = "(" in text or "[" in text
    if "\n" in text and (has_brackets or "/" in text or ": " in text):
        lines = text.split("\n")
        text = "\n".join("" if _is_caption(line) else line for line in lines)
    if has_brackets:
        text = _PICTURE_CREDIT_ANYWHERE.sub("", text)
        text = _CREDIT_IN_BRACKETS.sub(_credit_or_prose, text)
    kept: list[str] = []
    in_list = False
    for line in text.split("\n"):
        if not in_list and _is_prose(line):
            kept.append(_without_ends(line))
            continue
        bare = line.strip(_BULLETS)
        if not bare or (len(bare) <= _LONGEST_TITLE and _opens_list(bare)):
            in_list = in_list or bool(bare)
            kept.append("")
        elif in_list and _is_title(bare):
            continue
        elif len(bare) > _LONGEST_LINE or not _is_boilerplate(bare):
            in_list = False
            kept.append(_without_ends(line))
    return "\n".join(kept)


def _is_prose(line: str) -> bool:
    """Report at little cost that no label can stand at a line's beginning; most lines are so."""
    word = _FIRST_WORD.match(line)
    return word is not None and line[0] <= _LATIN_ENDS and word.group().lower() not in FIRST_WORDS


def _is_caption(line: str) -> bool:
    if len(line) > _LONGEST_LINE:
        return False
    if line.endswith((")", "]")):
        return _CAPTION.fullmatch(line) is not None
    has_credit = "/" in line or ": " in line
    return has_credit and _CAPTION_WITHOUT_BRACKETS.fullmatch(line) is not None


def _credit_or_prose(found: re.Match[str]) -> str:
    """Keep a bracket that is prose: "(reporting by the press has shown …)"."""
    words = found.group().lstrip(" ([")
    return "" if words[0].isupper() or ";" in words else found.group()


def _opens_list(line: str) -> bool:
    return _may_be_labelled(line) and (
        _LINK_ALONE.fullmatch(line) is not None or _TAG_ALONE.fullmatch(line) is not None
    )


def _may_be_labelled(line: str) -> bool:
    word = _FIRST_WORD.match(line)
    return word is None or word.group().lower() in FIRST_WORDS or line[0] > _LATIN_ENDS


def _is_title(line: str) -> bool:
    """Report whether a line may be another article's title, or tags: short, and no sentence."""
    return len(line) <= _LONGEST_TITLE and _ENDS_A_SENTENCE.search(line) is None


def _is_boilerplate(line: str) -> bool:
    if line[0] == "#":
        return _HASHTAGS.fullmatch(line) is not None
    if not _may_be_labelled(line):
        return False
    for pattern in (_LINK_LINE, _TAG_LINE, _PICTURE_LINE):
        if found := pattern.fullmatch(line):
            groups = found.groupdict()
            label, rest = groups.get("label") or "", groups.get("rest") or ""
            if pattern is _TAG_LINE:
                return _are_tags(rest)
            return label.isupper() or _is_title(rest)
    if _SHORT_CALL_LINE.match(line):
        return _is_title(line)
    patterns = (_CREDIT, _BYLINE, _TAGS_WITHOUT_COLON, _LINK_IN_CAPITALS)
    return bool(_CALL_LINE.match(line) or any(one.fullmatch(line) for one in patterns))


def _are_tags(text: str) -> bool:
    """Report whether what follows a label is tags, and no prose: "a history of collars"."""
    return _is_title(text) and not any(_NO_TAG.match(one) for one in _TAG_ENDS.split(text))


def _without_ends(line: str) -> str:
    """Take links, tags and credits off the end of a paragraph."""
    if ": " in line or "| " in line:
        for tags in _TAGS_IN_LINE.finditer(line, max(0, len(line) - _LONGEST_TITLE)):
            is_apart = line[: tags.start()].rstrip()[-1:] in f"{_BEFORE_A_SENTENCE}|"
            if tags.start() and is_apart and _are_tags(line[tags.end() :]):
                line = line[: tags.start()]
                break
        for link in _LINK_IN_LINE.finditer(line):
            if line[: link.start()].rstrip()[-1:] in _BEFORE_A_SENTENCE:
                line = _without_link(line, link)
                break
    if " by" in line or " from" in line or " contributed " in line:
        line = _without_credit(line)
    return line.rstrip()


def _without_credit(line: str) -> str:
    start = max(0, len(line) - _LONGEST_LINE)
    ending = _CONTRIBUTED if " contributed " in line else _CREDIT
    if ending is _CONTRIBUTED and start == 0 and ending.fullmatch(line):
        return ""
    for sentence in _SENTENCE_BEGINS.finditer(line, start):
        end = sentence.end()
        if ending is _CREDIT and not _may_be_labelled(line[end : end + _LONGEST_WORD]):
            continue
        if ending.fullmatch(line, end):
            return line[:end]
    return line


def _without_link(line: str, link: re.Match[str]) -> str:
    title = line[link.end() :]
    if len(title) <= _LONGEST_TITLE:
        return line[: link.start()]
    # In a text without line breaks, the article continues behind the link's title.
    end = re.search(r"[.!?](?=\s)", title)
    return line[: link.start()] + (title[end.end() :].lstrip() if end else "")
