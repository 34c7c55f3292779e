"""The patterns of relief: acquitted, denied, dropped, averted, over, freed, sympathy.

Owns what the words of a sentence look like when blame is taken off a person. The patterns are ours.
They are matched against words with a space between, as `places.join` gives them: `@` is the leader,
`^` another name. The group `t` is the word that relieves, and may itself be denied.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from processors.sentiment.news.relief_words import (
    ACQUITTED,
    APPOSITION,
    AUX,
    AVERTS,
    BLAME,
    BY,
    CAPTIVES,
    CHARGES,
    DANGER,
    DROPPED,
    DROPS,
    END,
    ENDS,
    FEW,
    FREE_SUBJECT,
    FREES,
    HINTS_ACQUIT,
    HINTS_APOLOGY,
    HINTS_AVERT,
    HINTS_DROP,
    HINTS_END,
    HINTS_FREE,
    HINTS_NO,
    MANY,
    MORE,
    QUARREL,
    STRICKEN,
    WHOM,
    WRONG,
)


class Rule(NamedTuple):
    """One pattern of relief.

    Every match has one of the words `hints` and, if it is not empty, one of `needs`: most sentences
    are recognised by that. `is_leaders` says that a match relieves the leader, and not only words;
    `is_backward` that the words before `t` are relieved as well.
    """

    hints: frozenset[str]
    needs: frozenset[str]
    pattern: re.Pattern[str]
    is_leaders: bool
    is_backward: bool


def _rule(
    hints: str, pattern: str, *, needs: str = "", is_leaders: bool = True, is_backward: bool = False
) -> Rule:
    return Rule(
        frozenset(hints.split()),
        frozenset(_alternatives(needs)),
        re.compile(rf"(?<!\S){pattern}(?!\S)"),
        is_leaders,
        is_backward,
    )


def _alternatives(part: str) -> Iterator[str]:
    """Yield the first word of each alternative of a part, with and without an optional letter."""
    for each in filter(None, part.removeprefix("(?:").removesuffix(")").split("|")):
        word = each.split()[0]
        yield word.replace("?", "")
        yield re.sub(r".\?", "", word)


RULES = (
    # Acquitted.
    _rule(
        HINTS_ACQUIT,
        r"(?P<t>acquit(?:s|ting)?|exonerat(?:es?|ing)|absolves?|vindicates?|clears|"
        rf"clearing|{ACQUITTED}) {WHOM}",
    ),
    _rule(
        "clear",
        r"(?<!is )(?<!was )(?<!be )(?<!a )(?<!made )(?<!makes )(?<!make )(?P<t>clear) "
        rf"{WHOM}",
    ),
    _rule(
        HINTS_ACQUIT,
        rf"{BY}(?P<t>{ACQUITTED}){END}",
    ),
    _rule(
        HINTS_ACQUIT,
        rf"(?P<t>acquittal|exoneration|vindication) (?:of|for) {WHOM}",
    ),
    _rule(
        HINTS_ACQUIT,
        rf"@ s (?:name )?{AUX}(?P<t>acquittal|exoneration|vindication|cleared)",
    ),
    _rule(
        HINTS_ACQUIT,
        rf"@ {FEW}(?:wins|won|gets|got|welcomes|welcomed|hails|hailed) {FEW}(?P<t>acquitt"
        r"al|exoneration|vindication)",
    ),
    _rule(
        HINTS_ACQUIT,
        rf"(?P<t>{ACQUITTED}|clears) (?:of|\^ of)",
        is_leaders=False,
    ),
    _rule(
        "innocent",
        rf"{BY}(?:not )?(?P<t>innocent)",
    ),
    _rule(
        "innocent",
        rf"{WHOM} (?:is |was )?(?:to be )?(?P<t>innocent)",
    ),
    _rule(
        "hook",
        r"(?P<t>@) (?:is |was |gets |let )?off the hook",
    ),
    _rule(
        "free",
        rf"{BY}(?P<t>walks|walked|goes|went) free",
    ),
    _rule(
        "survives survived beats escapes escaped dodges avoids avoided wins won",
        rf"{BY}(?P<t>survives?|survived|beats?|escapes?|escaped|avoids?|avoided|"
        rf"dodges|wins?|won) (?!from){FEW}(?:appeal|impeachment|no-confidence|"
        r"confidence|charges?|probe|jail|prison|conviction|indictment|prosecution|"
        r"lawsuit|case|assassination)",
    ),
    # Denied.
    _rule(
        HINTS_NO,
        r"(?P<t>no|not|n't|nothing|without|lack|insufficient|little) (?:(?:of|"
        r"any|enough|credible|new|clear|hard|direct|sufficient|a|find|found|finding|"
        r"see|saw|shred|conclusive|concrete) )*(?:evidence|proof|signs?|indication|"
        r"basis|grounds|trace)(?! for| to support)(?: (?:of|that|against|linking|"
        r"tying|suggesting|showing|implicating|by|to (?:charge|convict|prosecute|"
        rf"indict|link|suggest|show|prove)))(?! {MORE}@ s (?:claims?|assertions?|"
        rf"allegations?|theory|theories|accusations?)) {MANY}@",
        needs="evidence|proof|signs?|indication|basis|grounds|trace",
    ),
    _rule(
        HINTS_NO,
        r"(?P<t>no|not|n't|lack|insufficient|little) (?:(?:of|any|enough|credible|"
        r"new|clear|hard|direct|a|find|found|sufficient) )*(?:evidence|proof) "
        r"(?:of|that|against)",
        is_leaders=False,
        needs="evidence|proof|signs?|indication|basis|grounds|trace",
    ),
    _rule(
        HINTS_NO,
        rf"@ {AUX}(?P<t>not|n't|never|no|neither) (?!only|just|merely|simply)(?:(?:be|"
        rf"been|a|an|the|to|in|any|to be|personally|ever|and|did|do|his|her) )*{BLAME}",
        needs=BLAME,
    ),
    _rule(
        HINTS_NO,
        rf"@ {AUX}(?:did|does|do|had|has|have|would|will|could|commit|commits|"
        r"committed|faces?|took|takes|plays?|played|bears?|broke|breaks)? ?(?P<t>no|"
        r"nothing|n't|not|never) (?:(?:face|commit|committed|take|took|play|played|"
        r"have|had|any|be|been|break|broken|broke|violate|violated|the|a|do|done|"
        rf"did|criminal|wrong|anything|legal|illegal) )*{WRONG}",
        needs=WRONG,
    ),
    _rule(
        HINTS_NO,
        r"(?P<t>no|nothing) (?:criminal |legal |illegal )?(?:wrongdoing|misconduct|"
        rf"crimes?|fault|offen[cs]e|wrong) (?:by|in|on|from) {MORE}@",
    ),
    _rule(
        HINTS_NO,
        r"@ (?:is |was )?(?P<t>no|not|n't) (?:a |an )?(?:guilty|crook|criminal|"
        r"traitor|spy|liar|thief|racist|bully|dictator|tyrant|fascist|murderer)",
        needs="guilty|crook|criminal|traitor|spy|liar|thief|racist|bully|dictator|tyrant|fascist|murderer",
    ),
    _rule(
        "not",
        r"(?P<t>not) guilty",
        is_leaders=False,
    ),
    _rule(
        "not",
        rf"@ {AUX}(?:to be )?(?P<t>not) guilty",
    ),
    _rule(
        "falsely wrongly wrongfully",
        rf"{BY}(?P<t>falsely|wrongly|wrongfully|unfairly|unjustly) (?:accused|"
        rf"charged|convicted|blamed|suspected|jailed|imprisoned){END}",
    ),
    _rule(
        "falsely wrongly wrongfully",
        r"(?P<t>falsely|wrongly|wrongfully) (?:accused|charged|convicted|blamed|"
        rf"accuses|accusing) {WHOM}",
    ),
    _rule(
        "false unfounded baseless untrue fabricated groundless debunked unproven fake invented",
        r"(?:claims?|allegations?|accusations?|rumou?rs|reports?|story|stories|"
        rf"charges?|smears?) (?:of|that|about|against|on|by) {MANY}@ {MANY}(?P<t>false|"
        r"unfounded|baseless|untrue|fabricated|groundless|debunked|unproven|fake|"
        r"invented)",
        is_backward=True,
    ),
    # Dropped.
    _rule(
        HINTS_DROP,
        rf"{CHARGES} {MORE}(?:against|into|on|of|over) {WHOM} {MORE}(?P<t>{DROPPED})",
        is_backward=True,
        needs=CHARGES,
    ),
    _rule(
        HINTS_DROP,
        rf"@ s {FEW}{CHARGES} {AUX}(?P<t>{DROPPED})",
        is_backward=True,
        needs=CHARGES,
    ),
    _rule(
        HINTS_DROP,
        rf"(?P<t>{DROPS}) {MORE}{CHARGES} {MORE}(?:against|into|on|of|over|"
        rf"accusing|that|for|by) {MORE}@",
        needs=CHARGES,
    ),
    _rule(
        HINTS_DROP,
        rf"(?P<t>{DROPS}) @ s {FEW}{CHARGES}",
        needs=CHARGES,
    ),
    _rule(
        HINTS_DROP,
        rf"(?P<t>dropping|dropped|drops?|quash(?:es|ed)?|overturn(?:s|ed)?) {FEW}{CHARGES}",
        is_leaders=False,
        needs=CHARGES,
    ),
    _rule(
        "retracts retracted retract corrects corrected",
        rf"(?P<t>retracts?|retracted|corrects|corrected) {MORE}(?:about|against|"
        rf"on|that|accusing|calling) {MORE}@",
    ),
    # Averted.
    _rule(
        HINTS_AVERT,
        rf"{FREE_SUBJECT}{BY}(?P<t>{AVERTS}) {MORE}{DANGER}",
        needs=DANGER,
    ),
    _rule(
        HINTS_AVERT,
        r"(?:brokered|struck|negotiated|led|signed|offered|mediated|call|talks|"
        rf"plea|intervention) (?:by|from|with) {WHOM} {FEW}(?P<t>{AVERTS}) {MORE}{DANGER}",
        needs=DANGER,
    ),
    _rule(
        HINTS_AVERT,
        rf"@ s {FEW}(?P<t>{AVERTS}) {MORE}{DANGER}",
        needs=DANGER,
    ),
    _rule(
        HINTS_AVERT,
        rf"{DANGER} {AUX}(?P<t>averted|prevented|defused|avoided|headed off|staved "
        rf"off|thwarted|foiled|called off) {MORE}(?:as|after|thanks to|by|when) "
        rf"{MORE}@",
        is_backward=True,
        needs=DANGER,
    ),
    _rule(
        HINTS_AVERT,
        rf"(?P<t>{AVERTS}) {MORE}{DANGER} (?:thanks to|with help from|led by) "
        rf"{WHOM}",
        needs=DANGER,
    ),
    _rule(
        "saves saved pulls pulled rescues rescued spares spared keeps kept steers steered",
        rf"{BY}(?P<t>saves?|saved|pulls?|pulled|rescues?|rescued|spares?|spared|"
        rf"keeps?|kept|steers?|steered) {MORE}(?:from|out of|back from|away from) "
        rf"{FEW}{DANGER}",
        needs=DANGER,
    ),
    # Over.
    _rule(
        HINTS_END,
        rf"{FREE_SUBJECT}@ {APPOSITION}(?:and (?:[a-z-]+ )*\^ )?{AUX}(?P<t>{ENDS}) "
        rf"{MORE}{QUARREL}",
        needs=QUARREL,
    ),
    _rule(
        HINTS_END,
        rf"@ s {FEW}(?P<t>{ENDS}) {MORE}{QUARREL}",
        needs=QUARREL,
    ),
    _rule(
        HINTS_END,
        rf"(?P<t>{ENDS}) {MORE}{QUARREL} {FEW}(?:with|between) {MORE}@",
        needs=QUARREL,
    ),
    _rule(
        HINTS_END,
        rf"\^ and {WHOM} {AUX}(?P<t>{ENDS}) {MORE}{QUARREL}",
        needs=QUARREL,
    ),
    _rule(
        HINTS_END + " over",
        rf"{QUARREL} {MORE}(?:between|with|of) {MORE}@ {MORE}(?P<t>over|ended|"
        r"ends|resolved|settled|called off)",
        is_backward=True,
        needs=QUARREL,
    ),
    _rule(
        "called",
        rf"{QUARREL} (?P<t>called off) (?:after|as|by|thanks) {MORE}@",
        is_backward=True,
        needs=QUARREL,
    ),
    _rule(
        "peace reconcile reconciles reconciled truce hands friends",
        rf"@ {MORE}(?P<t>make peace|makes peace|made peace|reconciles?|reconciled|"
        r"sign truce|agree truce|agreed a truce|shake hands)",
    ),
    _rule(
        "peace reconcile reconciles reconciled truce",
        rf"(?P<t>peace|reconciles?|reconciled|truce) with {WHOM}",
    ),
    # Freed.
    _rule(
        HINTS_FREE,
        rf"{FREE_SUBJECT}{BY}(?P<t>{FREES}) {MORE}{CAPTIVES}",
        needs=CAPTIVES,
    ),
    _rule(
        HINTS_FREE,
        rf"@ {FEW}(?:secures?|secured|wins?|won|negotiates?|negotiated|orders?|"
        r"ordered|announces?|announced|brokers?|brokered|gets?|got|arranged|obtained) "
        rf"{FEW}(?P<t>release|freedom) (?:of|for|from) {MORE}{CAPTIVES}",
        needs=CAPTIVES,
    ),
    _rule(
        "brings brought bring lets let",
        rf"{BY}(?P<t>brings?|brought|lets?|let) {FEW}{CAPTIVES} {FEW}(?:home|"
        r"go|free)",
        needs=CAPTIVES,
    ),
    _rule(
        HINTS_FREE,
        rf"{CAPTIVES} {MORE}(?P<t>freed|released|home|liberated|rescued|pardoned) "
        rf"{MORE}(?:after|by|thanks|following|with|in|as|under) {MORE}@",
        is_backward=True,
        needs=CAPTIVES,
    ),
    # Apologies received.
    _rule(
        HINTS_APOLOGY,
        rf"(?P<t>apolog\w+|sorry) to {WHOM}",
    ),
    _rule(
        HINTS_APOLOGY,
        rf"{BY}(?:wins?|won|receives?|received|gets?|got|accepts?|accepted|secures?|"
        rf"secured|given|awarded|gains?) {MORE}(?P<t>apolog\w+|damages|libel)",
    ),
    _rule(
        HINTS_APOLOGY,
        rf"{BY}(?:wins?|won) {FEW}(?P<t>libel|defamation)",
    ),
    # Sympathy.
    _rule(
        "comfort comforts comforted console consoles consoled hugs hugged mourn"
        " mourns mourned pray prays prayed weeps wept condole condoles condoled grieves grieved",
        rf"{BY}(?P<t>comforts?|comforted|consoles?|consoled|hugs|hugged|mourns?|"
        r"mourned|prays?|prayed|weeps|wept|condoles?|condoled|grieves|grieved)",
    ),
    _rule(
        "visit visits visited meet meets met thanks thanked joins joined",
        rf"{BY}(?P<t>visits?|visited|meets?|met|thanks|thanked|joins|joined) {MORE}{STRICKEN}",
        needs=STRICKEN,
    ),
    _rule(
        "condolences sympathy sympathies prayers tribute respects sorrow",
        rf"{BY}(?:sends?|sent|offers?|offered|expresses|expressed|extends?|extended|pays?|paid|"
        rf"conveys?|conveyed) {MORE}(?P<t>condolences|sympathy|sympathies|prayers|tribute|respects|"
        r"sorrow)",
    ),
)
HINTS = frozenset().union(*(rule.hints for rule in RULES))
BY_HINT = {hint: [n for n, rule in enumerate(RULES) if hint in rule.hints] for hint in HINTS}
"""Which rules a word hints at."""
