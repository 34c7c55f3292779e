"""Parts of the patterns of relief: verbs, nouns and what may stand between them.

Owns the vocabulary. Each part is a regular expression over words with a space between, or, from
`HINTS_ACQUIT` on, a list of the words of which one stands in every match.
"""

TITLE = (
    r"(?:(?:president|prime|minister|premier|chancellor|leader|former|ex-president|ex-leader|king"
    r"|queen|pope|mr|mrs|ms|the|a|an|country|s|,|\^|#|then|vice|governor|senator|mayor|crown"
    r"|prince) )*"
)
WHOM = rf"{TITLE}@"
SOME = r"(?:[^\s.;-][^\s.;]* ){0,%d}?"
FEW, MORE, MANY = SOME % 3, SOME % 6, SOME % 12
AUX = (
    r"(?:(?:is|are|was|were|be|been|being|has|have|had|will|would|could|can|may|to|just|also|now|who"
    r"|did|does|do|finally|and|both|helps?|helped|managed|manages|found|ruled|declared|deemed|finds?|proven"
    r"|proved|says?|\w+ly|\^|#|,) )*"
)
APPOSITION = r"(?:, (?:[^\s,.;]+ ){1,12}, )?"
BY = rf"@ {APPOSITION}{AUX}"
FREE_SUBJECT = r"(?<!against )(?<!on )(?<!into )(?<!of )(?<!with )(?<!by )(?<!for )(?<!to )"
ACQUITTED = r"(?:acquitted|cleared|exonerated|absolved|vindicated)"
CHARGES = (
    r"(?:charges?|indictments?|cases?|lawsuits?|suits?|accusations?|allegations?|complaints?|probes?"
    r"|investigations?|inquiry|inquiries|prosecution|convictions?|impeachment|suspicions?|claims?"
    r"|petition|warrants?|sentences?|counts?|ban|sanctions|smears?|rumours?|rumors?|motion|trial)"
)
DROPPED = (
    r"(?:dropped|dismissed|withdrawn|quashed|overturned|abandoned|retracted|rejected|closed|voided"
    r"|annulled|lifted|erased|scrapped|nixed|shelved|suspended|thrown out|tossed out|tossed"
    r"|struck down|set aside|collapses?|collapsed|crumbles?|crumbled|fails?|failed"
    r"|falls? apart|fell apart|unravels?|ends? without|ended without)"
)
DROPS = (
    r"(?:drop|drops|dropped|dropping|dismiss|dismisses|dismissed|withdraws?|withdrew|quash|quashes"
    r"|quashed|overturns?|overturned|abandons?|abandoned|retracts?|retracted|closes|closed|annuls"
    r"|annulled|lifts?|lifted|erased|scraps|scrapped|nixes|shelved?|shelves|suspends|suspended"
    r"|throws? out|threw out|toss|tosses|tossed|toss out|strikes down|struck down|voids|voided)"
)
QUARREL = (
    r"(?:wars?|warfare|feuds?|disputes?|quarrels?|rows?|rifts?|conflicts?|standoffs?|stand-offs?"
    r"|insurgency|strikes?|hostility|hostilities|fighting|blockades?|boycotts?|siege|crisis|crises"
    r"|violence|bloodshed|impasse|deadlock|shutdown|unrest|stalemate|rivalry|tensions?|vendetta"
    r"|spat|clash|clashes|hatchet|differences|enmity|animosity|embargo|occupation|emergency|famine"
    r"|rebellion|uprising|bombing|shelling|poverty|corruption|hunger|drought|epidemic|pandemic"
    r"|curfew|lockdown|crackdown|slump|recession|shortages?|blackouts?|chaos|massacres?|killings?"
    r"|sanctions|tariffs|ban)"
)
CAPTIVES = (
    r"(?:hostages?|prisoners?|captives?|detainees?|journalists?|sailors|soldiers|schoolgirls"
    r"|schoolchildren|children|workers|dissidents?|detained|jailed|kidnapped|captured|abducted"
    r"|imprisoned|prison|captivity|pilots|fishermen|nuns|missionaries|inmates)"
)
BLAME = (
    r"(?:corrupt|guilty|liar|criminal|crook|racist|dishonest|traitor|spy|thief|tyrant|dictator"
    r"|fraud|cheat|complicit|responsible|liable|culpable|bigot|antisemite|rapist|murderer|killer"
    r"|fascist|threat|danger|incompetent|weak|cruel|coward|bully|involved|blame|wrong|accused|sexist"
    r"|reckless|disgrace|negligent|implicated|lie|lied|lying|steal|stole|stolen|cheated|collude"
    r"|colluded|mislead|misled|bribed?|torture|tortured|conspire|conspired|violate|violated|charged"
    r"|prosecuted|indicted|impeached|convicted|dangerous|evil|unfit|suspect|beholden|crooked)"
)
WRONG = (
    r"(?:crimes?|wrongdoing|wrong|misconduct|offences?|offenses?|fault|collusion|corruption|fraud|bribery"
    r"|cover-up|abuse|negligence|conspiracy|charges|role|part|links?|involvement|rules|laws?)"
)
AVERTS = (
    r"(?:averts?|averted|averting|prevents?|prevented|defuses?|defused|avoids?|avoided|forestalls?"
    r"|forestalled|heads? off|headed off|staves? off|staved off|wards? off|warded off|stops?"
    r"|stopped|halts?|halted|thwarts?|thwarted|foils?|foiled)"
)
DANGER = (
    r"(?:wars?|conflicts?|crisis|crises|strikes?|shutdowns?|catastrophe|disasters?|disastrous|famine"
    r"|default|recession|bloodshed|massacres?|coups?|defeats?|run|escalation|collapse|attacks?|panic"
    r"|layoffs|bankruptcy|violence|genocide|blackouts?|shortages?|invasion|bloodbath|exodus|downgrade"
    r"|plots?|brink|chaos|hyperinflation|epidemic|meltdown|showdown|clash|clashes|cuts|hunger"
    r"|tragedy|slaughter|riots?|cliff|uprising|rebellion|starvation|deaths|walkout)"
)
ENDS = (
    r"(?:ends?|ended|ending|settles?|settled|resolves?|resolved|bury|buries|buried|halts?|halted"
    r"|heals?|healed|mends?|mended|(?:calls?|called) off"
    r"|patch(?:es|ed)? up|(?:puts?|put|brings?|brought) (?:an end|a halt|a stop) to|lifts?|lifted"
    r"|eases?|eased|defeats?|defeated|cools?|cooled|quells?|quelled|closes?|closed|repairs?|repaired|drops?|dropped)"
)
STRICKEN = (
    r"(?:victims?|survivors?|wounded|injured|families|relatives|widows?|mourners|orphans|bereaved"
    r"|evacuees|refugees|scene|site|grieving|parents|troops|veterans|patients)"
)
FREES = (
    r"(?:frees?|freed|freeing|releases?|released|liberates?|liberated|rescues?|rescued|pardons?"
    r"|pardoned|release|freedom|home)"
)
END = r"(?= (?:of|by|over|in|as|after|on|from|at|this|last|and|when|,|\.|;|-|\^|#)|$)"


HINTS_ACQUIT = (
    "acquit acquits acquitted acquitting acquittal exonerate exonerates exonerated exonerating"
    " exoneration absolve absolves absolved vindicate vindicates vindicated vindication clear"
    " clears cleared clearing"
)
HINTS_DROP = (
    "drop drops dropped dropping dismiss dismisses dismissed withdraw withdraws withdrew withdrawn"
    " quash quashes quashed overturn overturns overturned abandon abandons abandoned retract"
    " retracts retracted rejected closes closed voided voids annuls annulled lift lifts lifted"
    " erased scrapped scraps nixed nixes shelve shelved shelves suspend suspends suspended throw"
    " throws threw thrown toss tosses tossed struck strikes set collapse collapses collapsed"
    " crumbles crumbled fail fails failed falls fall fell unravels unravel end ends ended"
)
HINTS_END = (
    "end ends ended ending settle settles settled resolve resolves resolved bury buries buried"
    " halt halts halted heal heals healed mend mends mended calls call called patch patches"
    " patched put puts bring brings brought lift lifts lifted ease eases eased defeat defeats"
    " defeated cool cools cooled quell quells quelled close closes closed repair repairs repaired"
    " drop drops dropped"
)
HINTS_AVERT = (
    "avert averts averted averting prevent prevents prevented defuse defuses defused avoid avoids"
    " avoided forestall forestalls forestalled head heads headed stave staves staved ward wards"
    " warded stop stops stopped halt halts halted thwart thwarts thwarted foil foils foiled"
)
HINTS_FREE = (
    "free frees freed freeing release releases released liberate liberates liberated rescue rescues"
    " rescued pardon pardons pardoned freedom home"
)
HINTS_APOLOGY = (
    "apology apologies apologise apologises apologised apologize apologizes apologized apologising"
    " apologizing sorry damages libel defamation retracts retracted"
)
HINTS_NO = "no not n't never nothing neither cannot without lack insufficient little"
