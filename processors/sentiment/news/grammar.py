"""The closed classes of English that the news scorer reads by: function words, negations, ...

Owns word lists that carry no sentiment of their own. Must not know weights (the lexicon) or texts.
The lists are our own.
"""


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


FUNCTION_WORDS = _words(
    """
    a an the of to in on at by for from with into as is are was were be been being am has have had
    do does did will would can could should may might must shall it its his her their our my your
    this that these those and or so than too also any all such who which he she they we i you
    him them us me if then there even ever yet again
    """
)
"""A chain of scored words, and a negation, reach across up to three of these."""

NAME_CONNECTORS = frozenset(["of", "the", "for", "and"])
"""Between two capitalised words they belong to the name: "Great Hall of the People"."""

NEGATIONS = _words(
    """
    no not n't never nor neither without hardly barely scarcely cannot nobody none nothing
    """
)

INTENSIFIERS = {
    "very": 1.3,
    "extremely": 1.4,
    "deeply": 1.3,
    "highly": 1.3,
    "strongly": 1.3,
    "severely": 1.3,
    "sharply": 1.3,
    "fiercely": 1.3,
    "widely": 1.2,
    "really": 1.2,
    "so": 1.1,
    "especially": 1.2,
    "particularly": 1.2,
    "increasingly": 1.1,
    "utterly": 1.4,
    "totally": 1.3,
    "completely": 1.3,
    "absolutely": 1.3,
    "hugely": 1.3,
    "massive": 1.3,
    "massively": 1.3,
    "serious": 1.2,
    "seriously": 1.2,
    "major": 1.2,
    "huge": 1.2,
    "worst": 1.4,
    "most": 1.2,
    "slightly": 0.6,
    "somewhat": 0.7,
    "fairly": 0.8,
    "partly": 0.7,
    "partially": 0.7,
    "relatively": 0.8,
    "mildly": 0.6,
    "marginally": 0.6,
}
"""Word → factor for the weight of the next scored word."""

REPORTING_VERBS = _words(
    """
    say says said saying tell tells told telling add adds added adding ask asks asked asking
    write writes wrote argue argues argued insist insists insisted note notes noted state stated
    states declare declared declares announce announced announces explain explained explains
    suggest suggested suggests believe believes believed think thinks thought recall recalled
    remark remarked observe observed reply replied respond responded predict predicted
    tweet tweeted tweets claim claims claimed warn warned warns vow vowed vows acknowledge
    acknowledged acknowledges conclude concluded comment commented describe described describes
    """
)
"""What follows is the speaker's content, and does not colour the speaker."""

JUDGING_VERBS = _words(
    """
    berate berated berates blasts blasted blasting chided chides condemn condemns condemned
    condemning decry decries decried decrying denounce denounces denounced denouncing deplore
    deplores deplored deploring excoriated lambasts lambasted lambastes lambasting rebukes rebuked
    rebuking slams slammed slamming censures censured chastised disparages disparaged disparaging
    scolded criticise criticises criticised criticising criticize criticizes criticized criticizing
    accuse accuses accused accusing blames blamed blaming insults insulted insulting mocks mocked
    mocking ridiculed ridiculing taunts taunted taunting vilified warns warned warning
    calls called calling dismisses dismissed dismissing rejects rejected rejecting regrets regretted
    lament laments lamented mourns mourned mourning opposes opposed opposing
    applauds applauded applauding hails hailed hailing lauds lauded lauding praise praises praised
    praising thanks thanked thanking welcomes welcomed welcoming congratulates congratulated
        comforts comforted comforting consoles consoled consoling hugs hugged hugging prays prayed
    praying weeps wept weeping rips ripped ripping lashes lashed lashing scolds scolded scolding
    rebuts rebutted refutes refuted
    """
)
"""What they govern is judged by the subject, and does not colour the subject."""

JUDGED = frozenset(verb for verb in JUDGING_VERBS if verb.endswith("ed")) | _words(
    """
    attacked booed heckled branded derided scolded pilloried castigated assailed reviled berated
    labelled labeled described portrayed depicted honoured honored cheered celebrated commended
    endorsed backed saluted complimented lambasted urged challenged questioned doubted sued
    nominated elected defended supported
    """
)
"""Participles that judge: whoever stands behind "by" after one is the judge."""

UNDOING = _words(
    """
    fail fails failed failing refuse refuses refused refusing decline declines declined unable
    cannot unlikely failure refusal overturn overturns overturned
    """
)
"""Before a word that takes blame off they leave the blame: "failed to avert war"."""

CONDEMNING_VERBS = _words(
    """
    condemn condemns condemned condemning decry decries decried decrying denounce denounces
    denounced denouncing deplore deplores deplored deploring criticise criticises criticised
    criticising criticize criticizes criticized criticizing lament laments lamented mourns mourned
    regrets regretted warns warned warning
        accuse accuses accused accusing blames blamed blaming blasts blasted blasting slams slammed
    slamming scolds scolded scolding chides chided rebukes rebuked rebuking berates berated lashes
    lashed lashing rips ripped ripping lambasts lambasted lambasting chastised censures censured
    excoriated
    """
)
"""Judging verbs that do not colour who judges: "Xi condemned the attack" makes no bad Xi."""

PRONOUNS = _words(
    """
    he she him her his they them their theirs hers we us our i you it its my your who whom
    """
)
"""No names, however they are written."""

CONTRASTS = frozenset(["but", "while", "whereas", "although", "though", "however", "yet"])
"""Where a sentence turns: leaders on its two sides may fare differently."""

BE_FORMS = frozenset(["is", "are", "was", "were", "be", "been", "being"])
"""Before a judging verb they make it passive: "was criticised"."""

UNSPLIT_PREFIXES = frozenset(
    ["anti", "counter", "non", "ex", "post", "pre", "pro", "no", "self", "de", "mid", "multi"]
)
"""A hyphenated word that begins so is not read by its parts: "anti-war" is not war."""
