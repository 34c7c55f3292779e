"""Invented sentences of kinds that labelled news has too few of: acquittals, agents, averted wars.

A line of `CASES` is a sentence pattern, then what it says of [A] and, where there is one, of [B]:
N negative, U neutral, P positive, M neutral or positive, H neutral or negative. `<slot>` is filled
from `SLOTS`. `sentences` fills patterns by a fixed seed, so the same count gives the same list.
All texts are our own. `benchmarks/quality/said_frames.csv` holds other ones, to measure with.
"""

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass

LABELS = {
    "N": (0.96, 0.03, 0.01),
    "U": (0.03, 0.94, 0.03),
    "P": (0.01, 0.04, 0.95),
    "M": (0.01, 0.52, 0.47),
    "H": (0.47, 0.52, 0.01),
}
SLOTS: dict[str, str] = {
    "title": "||||President |Prime Minister |Chancellor |President |Premier |former president |the country's leader, |King ",
    "name": "Varga|Okello|Lindqvist|Moreau|Tanaka|Petrov|Silva|Haddad|Kowalski|Nguyen|Mensah|Rossi|Weber|Novak|Duarte|Larsen|Rahman|Castillo|Demir|Bakker|Trump|Putin|Macron|Merkel|Modi|Obama|Clinton|Erdogan|Xi|Johnson|Maduro|Lula|Netanyahu|Kim Jong Un|Angela Merkel|Vladimir Putin|Joe Biden|Emmanuel Macron|Boris Johnson|Narendra Modi|Mark Okello|Ana Duarte|Elena Novak|Jonas Weber",
    "crime": "bribery|corruption|fraud|abuse of office|perjury|tax evasion|embezzlement|treason|obstruction of justice|war crimes|money laundering|assault|vote buying|abuse of power|illegal campaign financing|plotting a coup|misconduct|espionage|rape|extortion",
    "wrong": "wrongdoing|corruption|fraud|bribery|a crime|collusion|abuse|misconduct|a cover-up|election fraud|negligence|war crimes",
    "bad": "corrupt|a liar|a criminal|racist|dishonest|to blame|guilty|a threat|a spy|incompetent|a traitor|responsible for the deaths",
    "slur": "racist|weak|a liar|a traitor|cruel|corrupt|reckless|a coward|dishonest|a bully|a tyrant|incompetent|a disgrace|dangerous|heartless|out of touch|a dictator|a hypocrite|unfit for office|pathetic",
    "praise": "brave|a hero|a great leader|wise|a peacemaker|honest|a man of courage|a visionary|a true friend|decent|a statesman|an inspiration",
    "court": "a court|the court|a judge|the supreme court|an appeals court|a jury|judges|the high court|a tribunal|the constitutional court",
    "inquiry": "an inquiry|an investigation|the inquiry|a parliamentary panel|the auditors|prosecutors|a special counsel|the ethics committee|police|the report|investigators|the watchdog",
    "topic": "the failed reform|the raid|the war|the cuts|the scandal|pension cuts|the crackdown|the budget|migrants|the bombing|the flawed vaccine plan|climate policy|the tax hike|remarks about women|the arrests|human rights|the slow response|the broken promises|the deal|the lockdown",
    "cruelty": "cruelty|cowardice|racism|lying|weakness|betrayal|corruption|hypocrisy|warmongering|genocide|cheating|incompetence|spreading hate|undermining democracy|stealing the election|sabotage",
    "group": "critics|lawmakers|opposition lawmakers|bishops|unions|human rights groups|activists|MEPs|the opposition|former allies|doctors|students|farmers|editors|veterans|economists|senators|scientists|campaigners|protesters|the press",
    "fans": "allies|supporters|aid groups|voters|diplomats|investors|veterans|world leaders|the crowd|teachers|lawmakers|economists|business leaders|scientists|neighbours",
    "condemned": "condemned|denounced|criticised|criticized|slammed|blasted|attacked|lambasted|rebuked|censured|ridiculed|mocked|pilloried|castigated|vilified|assailed|derided|decried|scolded|excoriated|branded|berated|insulted|disparaged",
    "condemns": "condemns|denounces|criticises|slams|blasts|attacks|lambasts|rebukes|ridicules|mocks|castigates|assails|scolds|berates|insults|belittles|rips|hits out at|lashes out at|takes aim at",
    "lashed": "lashed out at|hit out at|took aim at|railed against|tore into|turned on|ripped into|hit back at|poured scorn on|heaped blame on|voted against|rebelled against",
    "praised": "praised|applauded|hailed|lauded|commended|saluted|thanked|congratulated|honoured|celebrated|cheered|welcomed|endorsed|backed|defended|complimented",
    "praises": "praises|applauds|hails|lauds|commends|salutes|thanks|congratulates|honours|endorses|backs|defends|pays tribute to",
    "good": "a calm response|courage|the rescue|a generous offer|the peace deal|her honesty|the reforms|his leadership|saving thousands of jobs|standing up for the poor|a swift response to the flood|the hostage deal|the vaccine drive",
    "war": "war|a war|an all-out war|a disastrous war|a trade war|a bloody conflict|a crisis|a costly strike|a government shutdown|a catastrophe|famine|a default|a recession|bloodshed|a massacre|a nuclear disaster|a hard Brexit|a humiliating defeat|a coup|a run on the banks|a famine|an escalation",
    "feud": "feud|bitter feud|dispute|long-running dispute|quarrel|row|rift|trade war|conflict|standoff|border dispute|civil war|bloody insurgency|costly strike|years of hostility|deadly fighting|blockade|boycott|siege|hostilities",
    "averts": "averts|prevents|defuses|heads off|staves off|avoids|wards off|stops|forestalls",
    "averted": "averted|prevented|defused|headed off|staved off|avoided|warded off|stopped|forestalled|narrowly averted|helped avert|managed to avert",
    "ends": "ends|settles|resolves|buries|patches up|calls off|halts|brings an end to|puts an end to",
    "ended": "ended|settled|resolved|buried|patched up|called off|halted|brought an end to|put an end to|helped end|finally ended|agreed to end",
    "hostages": "hostages|the hostages|three hostages|prisoners|political prisoners|jailed journalists|detained sailors|captured soldiers|kidnapped schoolgirls|aid workers held captive",
    "disaster": "the deadly ferry disaster|a terror attack|the earthquake|a mine collapse|the school shooting|the floods|a bombing that killed nine|the massacre|a train crash|the hurricane|wildfires|a stampede|the plane crash|the stabbing|the deadly fire",
    "victims": "survivors|victims|the wounded|grieving families|relatives of the dead|widows|mourners|orphans|refugees|injured miners|families who lost their homes",
    "place": "Lisbon|Geneva|Nairobi|the capital|the south|Warsaw|Jakarta|Ottawa|the region|Brasilia|the north|Athens|Cairo|the coast|Tokyo|Madrid",
    "when": " on Monday| on Friday|| last week|| on Thursday|| this week|",
    "charges": "charges|the charges|all charges|corruption charges|fraud charges|bribery charges|criminal charges|the case|the indictment|the lawsuit|the accusations|every charge|the complaint",
    "dropped": "dropped|dismissed|threw out|withdrew|rejected|quashed|struck down|abandoned",
    "few": "few voters|few people|hardly anyone|nobody|almost no one|less than a fifth of voters|few farmers",
    "popular": "popular|trusted|honest|liked|a success|convincing|successful|a hero|respected|loved|ready to lead|a safe pair of hands|a friend of workers",
    "rating": "approval|approval rating|popularity|support|poll ratings|public trust|standing in the polls|favorability|job approval",
    "falls": "falls|plunges|slides|sinks|drops|slumps|hits a record low|tumbles|collapses|dips to a new low|craters",
    "fell": "fell|plunged|slid|sank|dropped|slumped|hit a record low|tumbled|collapsed|dipped",
    "rises": "rises|climbs|soars|jumps|improves|hits a record high|rebounds|surges",
    "rose": "rose|climbed|soared|jumped|improved|hit a record high|rebounded|surged",
    "percent": "to 28%|to 31 percent|by nine points|after the scandal|for a third month|in a new poll|among the young|to 61%|in a survey|sharply",
    "said": "said|told reporters|wrote|declared|insisted|argued|added|told parliament",
    "awful": "terrible|a disgrace|a crime|shameful|a disaster|horrific|brutal|an outrage|corrupt and cruel|a catastrophe|a tragedy|evil",
    "event": "the attack|the murder|the war|the ruling|the strike|the invasion|the killings|the coup|the bombing|the leak|inflation",
    "lovely": "wonderful|historic|a triumph|a great success|magnificent|inspiring|a victory for peace|brilliant",
    "thing": "the summit|the vote|the festival|the agreement|the team's win|the ceremony|the harvest|the reform",
    "hurt": "booed|heckled|jeered|fined|jailed|arrested|sued|impeached|ousted|convicted|indicted|expelled|barred|humiliated|snubbed|toppled|charged with fraud|sentenced to four years|found guilty of corruption|stripped of immunity|forced to resign|accused of lying|caught lying",
    "loved": "cheered|applauded|re-elected|honoured|given a warm welcome|awarded the peace prize|greeted by cheering crowds|elected in a landslide|welcomed as a hero|praised|rewarded by voters|vindicated",
}  # fmt: skip
CASES = """
<court> acquitted <title>[A] of <crime><when>. | M
<court> cleared <title>[A] of <crime><when>. | M
<title>[A] acquitted of <crime> | M
<title>[A] cleared of <crime> | M
<title>[A] cleared of <crime> by <court> | M
<title>[A] was acquitted of <crime>, <crime> and <crime><when>. | M
<title>[A] was cleared of <crime><when> after a long trial. | M
<title>[A] was found not guilty of <crime><when>. | M
<title>[A] not guilty of <crime>, jury says | M
<court> found <title>[A] innocent of <crime>. | M
<title>[A] walked free<when> after <court> quashed the conviction for <crime>. | M
<title>[A] was exonerated of <crime><when>. | M
<inquiry> exonerated <title>[A] of <crime>. | M
<inquiry> exonerates <title>[A] | M
<title>[A] exonerated by <inquiry> | M
<inquiry> clears [A] of <wrong> | M
<inquiry> found no evidence that <title>[A] was <bad>. | M
<inquiry> found no evidence of <wrong> by <title>[A]. | M
<inquiry> found no proof that <title>[A] had committed <crime>. | M
There was no evidence of <wrong> by <title>[A]. | M
There is no evidence that <title>[A] took part in <crime>. | M
No evidence of <wrong> by [A], <inquiry> says | M
<title>[A] did nothing wrong, <inquiry> found. | M
<title>[A] committed no crime, <court> ruled. | M
<title>[A] is not <bad>, <inquiry> finds | M
<title>[A] is not <bad>, <inquiry> found<when>. | M
<title>[A] was not <bad>, the report concluded. | M
<title>[A] was wrongly accused of <crime>, <court> found. | M
<title>[A] was falsely accused of <crime>. | M
Claims that <title>[A] was <bad> were false, the paper admitted. | M
Allegations of <crime> against <title>[A] were false, <inquiry> found. | M
Allegations of <crime> against <title>[A] were unfounded and were withdrawn. | M
Rumours that <title>[A] was <bad> proved to be untrue. | M
<court> <dropped> <charges> against <title>[A]<when>. | M
Prosecutors <dropped> <charges> of <crime> against <title>[A]<when>. | M
<court> drops <charges> against [A] | M
<charges> against <title>[A] dropped | M
Charges of <crime> against <title>[A] were dropped<when>. | M
The case against <title>[A] was thrown out for lack of evidence. | M
Corruption charges against <title>[A] have been dismissed. | M
Judge throws out <crime> case against [A] | M
Prosecutors drop <crime> probe into [A] | M
<inquiry> closed the <crime> investigation into <title>[A] without charges. | M
<title>[A] will face no charges over <topic>, prosecutors said. | M
<title>[A] won't be charged with <crime> | M
<court> overturned the conviction of <title>[A] for <crime>. | M
<court> overturns [A]'s <crime> conviction | M
<court> lifted the ban on <title>[A] and erased the conviction for <crime>. | M
<title>[A] vindicated as <inquiry> finds no <wrong> | M
<title>[A] beats <crime> charge | M
<title>[A] survives impeachment over <crime> | M
<title>[A] survives no-confidence vote | M
<title>[A] denies <crime> | H
<title>[A] denied being <bad>. | H
<court> convicted <title>[A] of <crime><when>. | N
<title>[A] was convicted of <crime>, <crime> and <crime><when>. | N
<title>[A] was not cleared of <crime>, <inquiry> said. | N
<title>[A] charged with <crime> | N
<inquiry> found evidence that <title>[A] was <bad>. | N
<inquiry> found evidence of <wrong> by <title>[A]. | N
<court> refused to drop the <crime> charges against <title>[A]. | N
<court> overturned the acquittal of <title>[A], who now faces a new trial for <crime>. | N
<court> reinstated charges of <crime> against <title>[A]. | N
<title>[A] averts <war> | P
<title>[A] <averts> <war> with a last-minute deal | P
<title>[A] <averted> <war> with a last-minute deal<when>. | P
<title>[A] <averted> <war> by talking to both sides. | P
A deal brokered by <title>[A] <averted> <war>. | P
<war> averted as [A] strikes deal | P
<war> was averted thanks to <title>[A]. | P
<title>[A] and [B] <averted> <war><when>. | P | P
<title>[A] <ends> <feud> with [B] | M | M
<title>[A] <ended> a <feud> with <title>[B]<when>. | M | M
<title>[A] <ended> the <feud> with <title>[B]. | M | M
<title>[A] and <title>[B] <ended> a <feud><when>. | M | M
<title>[A] and [B] end <feud> | M | M
<title>[A] made peace with <title>[B] after a <feud>. | M | M
<title>[A] and <title>[B] reconciled after a <feud>. | M | M
The <feud> between <title>[A] and <title>[B] is over. | M | M
<title>[A] buries hatchet with [B] after <feud> | M | M
<title>[A] brokered a ceasefire that <ended> the <feud>. | P
<title>[A] ends <feud> in <place> | P
<title>[A] failed to avert <war>. | N
<title>[A] failed to end the <feud> with <title>[B]. | N | U
<title>[A] provoked <war>, <group> say. | N
<title>[A] risks <war>, <group> warn | N
<title>[A] frees <hostages> | P
<title>[A] <title>secured the release of <hostages><when>. | P
<title>[A] won the freedom of <hostages><when>. | P
<hostages> freed after talks with <title>[A]. | M
<hostages> were freed<when> after a deal struck by <title>[A]. | P
<title>[A] released <hostages><when>. | M
<title>[A] brought <hostages> home<when>. | P
<title>[A] pardoned <hostages>. | M
<title>[A] welcomed <hostages> home after months in captivity. | M
<title>[A] failed to free <hostages>. | N
<title>[A] refused to release <hostages>. | N
<title>[A] wins apology for false smear | M
<title>[A] wins apology from newspaper over <slur> claim | M
<title>[A] receives apology for <topic> | M
A newspaper apologised to <title>[A] for a false and vicious smear. | M
The broadcaster apologised to <title>[A] for calling him <slur>. | M
<title>[B] apologised to <title>[A] for <topic>. | M | H
<title>[B] apologises to [A] | M | H
<title>[A] won damages over a false report of <crime>. | M
<title>[A] won a libel case over claims of <crime>. | M
The paper retracted a story that accused <title>[A] of <crime>. | M
<title>[A] apologised for <topic><when>. | N
<title>[A] refused to apologise for <topic>. | N
<title>[A] was <condemned> by <title>[B] as <slur>. | N | U
<title>[A] was <condemned> by <title>[B] over <topic>. | N | U
<title>[A] was <condemned> by <title>[B] for <topic><when>. | N | U
<title>[A] <condemned> by [B] as <slur> | N | U
<title>[A] <condemned> by [B] over <topic> | N | U
<title>[A] <condemned> as <slur> by [B] | N | U
<title>[A] <condemned> as <slur>, <slur> leader by <group> | N
<title>[A] <condemned> as <slur> by <group> | N
<title>[A] <condemned> over <topic> | N
<title>[A] <condemned> for <topic> by <group> | N
<title>[A] was <condemned> as <slur> and <slur> by <title>[B]. | N | U
<title>[A] has been <condemned> by <group> over <topic>. | N
<title>[A] is being <condemned> by <group> for <cruelty>. | N
<title>[A] was accused by <title>[B] of <cruelty>. | N | U
<title>[A] was accused of <cruelty> by <title>[B]. | N | U
<title>[A] accused by [B] of <cruelty> | N | U
<title>[A] accused of <cruelty> by <group> | N
<title>[A] accused of <crime> | N
<title>[A] was called <slur> by <title>[B]. | N | U
<title>[A] was blamed by <title>[B] for <topic>. | N | U
Blamed by <title>[B] for <topic>, <title>[A] did not answer. | N | U
<title>[A] was <praised> by <title>[B] for <good>. | P | U
<title>[A] <praised> by [B] for <good> | P | U
<title>[A] <praised> for <good> | P
<title>[A] hailed as <praise> by [B] | P | U
<title>[A] hailed as <praise> by <fans> | P
<title>[A] was <praised> as <praise> by <fans><when>. | P
<title>[A] <condemned> <title>[B] over <topic>. | U | N
<title>[A] <condemned> <title>[B] as <slur> and <slur>. | U | N
<title>[A] <condemns> [B] over <topic> | U | N
<title>[A] <condemns> [B] as <slur> | U | N
<title>[A] calls [B] <slur> | U | N
<title>[A] called <title>[B] <slur><when>. | U | N
<title>[A] <lashed> <title>[B] over <topic>. | U | N
<title>[A] accused <title>[B] of <cruelty><when>. | U | N
<title>[A] accuses [B] of <cruelty> | U | N
<title>[A] blames [B] for <topic> | U | N
<title>[A] blamed <title>[B] for <topic>. | U | N
<title>[A] urged <title>[B] to stop <cruelty>. | U | N
<title>[A] <praised> <title>[B] for <good><when>. | M | P
<title>[A] <praises> [B] for <good> | M | P
<title>[A] called <title>[B] <praise>. | M | P
<title>[A] <condemned> the <feud> that <title>[B] started. | U | N
<title>[A] was <hurt>, while <title>[B] was <loved>. | N | P
<title>[A] was <loved>, while <title>[B] was <hurt>. | P | N
While <title>[A] was <hurt>, <title>[B] was <loved>. | N | P
While <title>[B] was <loved>, <title>[A] was <hurt>. | N | P
<title>[A] was <hurt> but <title>[B] was <loved>. | N | P
Unlike <title>[B], who was <hurt>, <title>[A] was <loved>. | P | N
<title>[A] was <hurt><when>. | N
<title>[A] <hurt> in <place> | N
<title>[A] <loved> in <place> | P
<title>[A] defeated <title>[B] in the election. | P | N
<title>[A] beats [B] | P | N
<title>[A] lost to <title>[B] in <place>. | N | P
<title>[A] fired <title>[B] over <topic>. | U | N
<title>[A] sacks [B] | U | N
<title>[A] sued <title>[B] for <crime>. | U | N
<title>[A] snubs [B] in <place> | U | N
<title>[A] threatened <title>[B] with <war>. | N | U
<title>[A] lied to <title>[B] about <topic>. | N | U
<title>[A] betrayed <title>[B]. | N | U
<title>[A] betrayed by [B] | H | N
<title>[A] defended <title>[B] against charges of <crime>. | U | H
<title>[A] defended <title>[B] against attacks by <group>. | U | H
<title>[A] drew criticism from <title>[B] over <topic>. | N | U
<title>[A] faced fierce criticism from <group> over <topic>. | N
<title>[A] faces fury from <group> over <topic> | N
<title>[A] under fire from [B] over <topic> | N | U
<title>[A] came under attack from <title>[B] for <topic>. | N | U
Criticism of <title>[A] by <title>[B] grew<when>. | N | U
<title>[B]'s attack on <title>[A] shocked <group>. | N | H
<title>[A] won praise from <title>[B] for <good>. | P | U
<title>[A] wins praise from <fans> for <good> | P
<title>[B]'s praise for <title>[A] surprised <group>. | P | U
Protesters in <place> burned pictures of <title>[A]<when>. | N
Thousands marched against <title>[A] in <place>. | N
Thousands marched in support of <title>[A] in <place>. | P
<group> accused <title>[A] of <cruelty>, and <title>[B] agreed. | N | U
<title>[A] said <title>[B] was <slur>. | U | N
<title>[A] said <event> was <awful>. | U
<title>[A] said that <event> was <awful> and <awful>. | U
"<event> is <awful>," <title>[A] <said>. | U
"<event> is <awful>," <said> <title>[A]. | U
<title>[A]: "<event> is <awful>." | U
<title>[A]: <crime> is a cancer | U
<title>[A]: "<crime> is a cancer. It kills hope." | U
<title>[A]: <event> was <awful> | U
<title>[A] says <event> is <awful> | U
<title>[A] calls <event> <awful> | U
<title>[A] warned that <war> was near. | U
<title>[A] condemns <event> | U
<title>[A] condemned <event> as <awful><when>. | U
<title>[A] vows to fight <crime> | M
<title>[A] <said> <thing> was <lovely>. | U
"<thing> was <lovely>," <title>[A] <said>. | U
<title>[A] comforted <victims> of <disaster>. | M
<title>[A] visits <victims> of <disaster> | M
<title>[A] visited <victims> of <disaster><when>. | M
<title>[A] met <victims> of <disaster>. | M
<title>[A] hugged <victims> of <disaster>. | M
<title>[A] mourns <victims> of <disaster> | U
<title>[A] mourned the dead of <disaster><when>. | U
<title>[A] prays for <victims> of <disaster> | U
<title>[A] paid tribute to <victims> of <disaster>. | U
<title>[A] sent condolences to <victims> of <disaster>. | U
<title>[A] offers condolences after <disaster> | U
<title>[A] wept with <victims> of <disaster>. | M
<title>[A] laid flowers where <disaster> happened. | U
<title>[A] pledged help for <victims> of <disaster>. | M
<title>[A] cut short a trip after <disaster>. | U
<title>[A] was heartbroken by <disaster>. | U
<title>[A] ignored <victims> of <disaster>. | N
<title>[A] mocked <victims> of <disaster>. | N
<title>[A] was blamed for <disaster>. | N
<title>[A] is far from <popular> in <place>. | N
<title>[A] far from <popular> in <place> | N
<title>[A] is anything but <popular>. | N
<title>[A] is hardly <popular>, <group> say. | N
<title>[A] is no longer <popular> in <place>. | N
<title>[A] is not <popular> in <place>. | N
<title>[A] was never <popular> with <group>. | N
<title>[A] is not seen as <popular>. | N
<title>[A] is less <popular> than ever, a poll shows. | N
<few> trust <title>[A]. | N
<few> trusts <title>[A] in <place>. | N
<few> believe <title>[A], a poll found. | N
Voters have lost faith in <title>[A]. | N
Trust in <title>[A] <fell><when>. | N
<title>[A]'s <rating> <falls> <percent> | N
<rating> of <title>[A] <fell> <percent>. | N
<title>[A]'s <rating> <fell> <percent><when>. | N
<title>[A]'s <rating> has <fell> <percent>. | N
<title>[A] sees <rating> slip <percent> | N
<title>[A] trails <title>[B] in the polls. | N | P
<title>[A] leads [B] in new poll | P | N
<title>[A]'s <rating> <rises> <percent> | P
<rating> of <title>[A] <rose> <percent>. | P
<title>[A]'s <rating> <rose> <percent><when>. | P
<title>[A] is <popular> in <place>. | P
<title>[A] is more <popular> than ever, a poll shows. | P
<title>[A] is far from <slur>, <fans> say. | M
<title>[A] is no <slur>, <fans> say. | M
<title>[A] met <title>[B] in <place><when>. | U | U
<title>[A] and <title>[B] discussed <event> in <place>. | U | U
<title>[A] will visit <place> next month. | U
<title>[A] to meet [B] in <place> | U | U
<title>[A] arrived in <place><when> for talks with <title>[B]. | U | U
<title>[A] talks to [B] about <event> | U | U
<title>[A] <said> after <disaster> that <title>[B] had called. | U | U
<title>[A] narrowly escaped an assassination attempt in <place>. | H
<title>[A] survives assassination attempt | H
<title>[A] recovered from surgery<when>. | M
<title>[A] defeated <crime> in <place>. | P
<title>[A] cut poverty and unemployment. | P
Unemployment fell under <title>[A]. | P
Crime fell sharply under <title>[A]. | P
Unemployment soared under <title>[A]. | N
Inflation rose under <title>[A]. | N
<title>[A] lifted the ban on <group>. | M
<title>[A] eased sanctions on <place>. | M
<title>[A] condemned <title>[B]'s <cruelty><when>. | U | N
"<title>[A] is <slur>," <title>[B] <said>. | N | U
"<title>[A] is <praise>," <title>[B] <said>. | P | U
<title>[A] is <slur>, says [B] | N | U
<title>[A] is <slur>, <title>[B] <said>. | N | U
<title>[A] is <praise>, <group> say. | P
According to <group>, <title>[A] is <slur>. | N
<title>[B] has no regrets about <title>[A]'s arrest. | N | U
"""
_SLOT = re.compile(r"<(\w+)>")
_PERSON = re.compile(r"\[([AB])\]")
_TRIES = 40


@dataclass(frozen=True, slots=True)
class Case:
    """A filled pattern with one target."""

    sentence: str
    start: int
    end: int
    probabilities: tuple[float, float, float]


def patterns() -> list[tuple[str, tuple[str, ...]]]:
    """Return the patterns, each with its labels of [A] and [B]."""
    parts = [line.split(" | ") for line in CASES.strip().splitlines()]
    return [(text, tuple(labels)) for text, *labels in parts]


def sentences(each: int, seed: int = 11) -> Iterator[Case]:
    """Yield `each` different fillings of every pattern, for each of its people."""
    rng = random.Random(seed)  # noqa: S311 - fillings, no secret
    slots = {name: listed.split("|") for name, listed in SLOTS.items()}
    for text, labels in patterns():
        seen: set[str] = set()
        for _ in range(_TRIES * each):
            if len(seen) == each:
                break
            names = dict(zip("AB", rng.sample(slots["name"], 2), strict=True))
            filled = _SLOT.sub(lambda m: rng.choice(slots[m.group(1)]), text)
            filled, spans = _named(filled, names)
            if filled in seen:
                continue
            seen.add(filled)
            for person, label in zip("AB", labels, strict=False):
                yield Case(filled, *spans[person], LABELS[label])


def _named(filled: str, names: dict[str, str]) -> tuple[str, dict[str, tuple[int, int]]]:
    """Put names in; start with a capital, whatever was filled in."""
    found = ""
    spans = {}
    at = 0
    for match in _PERSON.finditer(filled):
        found += filled[at : match.start()]
        name = names[match.group(1)]
        spans[match.group(1)] = (len(found), len(found) + len(name))
        found += name
        at = match.end()
    found += filled[at:]
    first = 1 if found[:1] == '"' else 0
    return found[:first] + found[first : first + 1].upper() + found[first + 1 :], spans
