"""The labels of lines that do not belong to an article: links, tags, pictures, calls.

The lists are parts of verbose patterns. `boilerplate` decides where they apply.
"""

from typing import Final

# What leads to other articles, alone on a line or before their titles.
LINK_LABEL: Final = r"""
    read\ (?:more|also|next|on|now|further|this|the\ (?:full|whole)\ [a-z]+(?:\ here)?)
   | also\ read | read\ (?:our|the\ (?:latest|rest))(?:\ [a-z]+){0,3}
   | read | more | also | catch\ up
   | icymi | sponsored(?:\ [a-z]+)? | promoted | keep\ reading | suggested(?:\ [a-z]+){0,2}
   | must[ -]read | further\ reading | (?:see|read|watch|listen)\ also | also\ (?:see|watch)
   | related(?:\ [a-z]+){0,3} | more\ (?:from|on|about|in)\b[^:.\n]{0,60}
   | more\ (?:stories|news|coverage|headlines|articles)
   | most[ -](?:read|popular|viewed|shared|watched|commented)(?:\ [a-z]+){0,3}
   | popular(?:\ (?:now|stories|articles|posts))? | (?:explore|discover)\ more | now\ read(?:ing)?
   | (?:similar|other)\ (?:stories|articles|news|headlines|posts|reads)
   | also\ on\ (?-i:(?=[A-Z]))(?!\w+day\b)[^:.\n\d]{1,40}
   | also\ in\ (?:this\ (?:section|series|issue)|the\ news)
   | (?:you\ )?(?:may|might)\ (?:also\ )?(?:like|be\ interested\ in) | you\ may\ have\ missed
   | recommended(?:\ [a-z]+){0,3} | trending(?:\ [a-z]+){0,2}
   | editor['\u2019]?s?['\u2019]?\ (?:picks?|choice)
   | top\ stories | latest\ (?:news|stories|headlines) | in\ other\ news | don['\u2019]?t\ miss
   | what\ to\ read\ next | up\ next | next\ (?:article|story|up)
   | previous\ (?:article|story) | in\ pictures | in\ case\ you\ missed\ it
   | (?:à\ )?lire\ (?:aussi|également) | voir\ aussi | sur\ le\ même\ sujet
   | (?:mehr|lesen\ sie)\ (?:dazu|zum\ thema|auch) | lesen\ sie\ (?:auch|mehr|hier) | meistgelesen
   | das\ könnte\ (?:sie|dich)\ (?:auch\ )?interessieren
   | auch\ (?:interessant|lesenswert)
   | les?\ plus\ lus? | (?:lo\ )?más\ (?:leíd|vist)[ao]s?
   | (?:lea|lee|leer|ver|vea)\ (?:también|más)
   | (?:también\ )?(?:te|le)\ puede\ (?:interesar|gustar) | te\ recomendamos
   | más\ información | noticias\ relacionadas | (?:leia|veja)\ (?:também|mais)
   | (?:as\ )?mais\ lidas
   | leggi\ (?:anche|di\ più) | i\ più\ letti | potrebbe(?:ro)?\ interessarti(?:\ anche)?
   | lees\ (?:ook|meer) | meest\ gelezen | ilgili\ haber(?:ler)?
   | czytaj\ (?:też|także|więcej)
   | zobacz\ (?:też|także) | läs\ (?:också|mer|även) | les\ (?:også|mer) | læs\ (?:også|mere)
   | lue\ (?:myös|lisää) | (?:citește|vezi)\ (?:și|mai\ mult) | baca\ (?:juga|selengkapnya)
   | đọc\ thêm | (?:читайте|смотрите)\ также | читайте\ також | 関連記事 | 相关(?:阅读|新闻|文章)
   | 관련\s?(?:기사|뉴스) | اقرأ\sأيضا
"""
# Words under which an article is filed.
TAG_LABEL: Final = r"""
    tags? | tagged(?:\ (?:in|with|as))? | topics? | keywords? | key\ ?words | categor(?:y|ies)
   | labels? | filed\ (?:under|in|to) | posted\ (?:in|under)
   | (?:(?:explore\ )?more\ on\ these|related)\ (?:topics|tags|people) | in\ this\ (?:article|story)
   | people(?:\ in\ this\ (?:article|story))?
   | hashtags? | (?:people\ )?mentioned(?:\ in\ this\ (?:article|story))?
   | schlagw(?:orte|örter) | mots[ -]clés | etiquetas | palabras\ clave | argomenti | tagi
   | etiketler | subjects? | persons | entities | index\ terms | published\ in | themen | temas
   | tópicos | sujets | thèmes | onderwerpen
   | теги
"""
PICTURE_LABEL: Final = r"""
    file\ (?:photo|picture|image|pic)
  | (?:photo|image|picture|video|media|graphic)(?:s|graph)?
    (?:\ (?:credits?|source|caption|by|courtesy(?:\ of)?))?
  | pics? | screenshot | represent(?:ational|ative)\ (?:image|photo|picture)
  | caption | credits? | pictured | watch(?:\ (?:live|now|video))? | listen(?:\ (?:live|now))?
  | (?:photo\ )?gallery | bild(?:quelle)? | foto(?:s|graf)? | crédits?(?:\ photo)?
"""
CALL: Final = r"""
    to\ contact\ the\ (?:reporter|editor|author|writer)s?\b
  | sign\ up\ (?:for|to|now|today|here)\b | subscribe\ (?:to|now|for|here|today)\b | advertisement\b
  | (?:click|tap)\ here\b | follow\ (?:us|me)\b | follow\ [^.\n]{1,60}\ on\ (?:twitter|x|facebook
    |instagram|telegram|whatsapp|threads|bluesky|linkedin|google\ news)\b
  | join\ (?:our|the)\ (?:newsletter|mailing\ list|community|whatsapp|telegram)
  | download\ (?:our|the)\b[^\n]{0,80}\bapp\b
  | (?:get|receive)\ (?:our|the\ (?:latest|best|day)|all\ the|more)\b[^\n]{0,150}
    (?:newsletter|inbox|e-?mail|\bapp\b|alerts)
  | we\ (?:and\ our\ partners\ )?use\ cookies\b | (?:this|our)\ (?:web)?site\ uses\ cookies\b
  | by\ (?:continuing|clicking|signing\ up|subscribing)\b[^\n]{0,200}
    \b(?:you\ agree|cookies|privacy)
  | accept\ (?:all\ )?cookies | (?:manage|cookie)\ (?:cookie\ )?(?:settings|preferences|policy)
  | support\ (?:our|independent)\ journalism
  | thank\ you\ for\ (?:reading|subscribing|signing) | all\ rights\ reserved
  | (?:copyright\ )?(?:\u00a9|\(c\)|copyright\ (?=(?:19|20)\d\d))
  | (?:email|phone)\ newsletter | skip\ (?:past\ newsletter|to\ (?:main\ )?content)
  | this\ (?:article|story|post|piece)\ (?:(?:was|has\ been|is)\ )?(?:originally\ |first\ )?
    (?:appeared|published|updated|amended|corrected)\b
  | our\ standards: | got\ a\ (?:news\ )?tip\b
"""
# As above, unless a sentence continues from it.
SHORT_CALL: Final = r"""
    (?:share|like)\ (?:this|us|on)\b | read\ (?:next|also)\b
   | read\ (?:more|all)\ (?:about|on|here|at|from|in|of)\b
   | more\ (?:on\ this\ story|to\ follow|here)\b | comments?\b | print\ this\b
   | back\ to\ top\b
"""
FIRST_WORDS: Final = frozenset(
    """
    accept additional advertisement all also argomenti as auch audio baca back bild bildquelle by
    caption catch categories category citește click comment comments compiled compiling contributing
    contribution contributions cookie copyright credit credits crédit crédits czytaj das discover
    don download edited editing editor editors email entities etiketler etiquetas explore fact
    factcheck file filed follow foto fotograf fotos further gallery get got graphic graphics hashtag
    hashtags i icymi ilgili illustration illustrations image images in index interview interviews
    i̇lgili join keep key keyword keywords label labels latest le lea lee leer lees leggi leia les
    lesen like lire listen lo lue läs læs mais manage may media meest mehr meistgelesen mentioned
    might more most mots must más next noticias now onderwerpen other our palabras people persons
    phone photo photograph photographed photographs photography photos pic pics picture pictured
    pictures popular posted potrebbe potrebbero previous print produced producer producers
    production promoted published read receive recommended related reported reporter reporters
    reporting representational representative research schlagworte schlagwörter screenshot see share
    sign similar skip sponsored subject subjects subscribe suggested sujets support sur tag tagged
    tagi tags también tap te temas thank themen this thèmes to top topic topics translated
    translating translation translator trending tópicos up vea veja ver vezi video videos voir watch
    we what with writer writers writing written you zobacz à đọc
    """.split()  # noqa: SIM905 - a hundred words
)
"""What a line that is labelled begins with; other letters than Latin ones are looked at anyway."""
