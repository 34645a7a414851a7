"""What hurried writers type, put right by rules: signs, missing apostrophes and accents, prepositions left out.

Each rule has needles: it is tried only where one of them stands in the text (`#`: any digit), since most answers need
none of them. Form changes, no fact does. Knows no topic.
"""

import re

__all__ = ["put_right"]

_RULES: tuple[tuple[tuple[str, ...], re.Pattern[str], str], ...] = (
    (("/l", "/L"), re.compile(r"(?<=\d)\s?g/l\b", re.IGNORECASE), " grammes par litre"),
    (("/j",), re.compile(r"(?<=[a-zà-ÿ])/j(?:r|our)?\b", re.IGNORECASE), " par jour"),
    (("/",), re.compile(r"(?<=[a-zà-ÿ]) ?/ ?sem(?:aines?)?\b", re.IGNORECASE), " par semaine"),
    (("/",), re.compile(r"\b(fois|verres?|cigarettes?|joints?|heures?|comprimés?) ?/ ?(jour|mois|an|nuit)\b", re.IGNORECASE), r"\1 par \2"),
    (('+',), re.compile(r"\s*\+\s*(?=[a-zà-ÿ])", re.IGNORECASE), " et "),
    (('=',), re.compile(r"\s*=\s*"), ", "),
    (('#',), re.compile(r"(?<=\d)[  ](?=000\b|\d00 ?(?:€|euros?)|\d{3} ?(?:€|euros?|pas\b))"), ""),
    (('€',), re.compile(r"(?<=\d) ?€"), " euros"),
    (('#',), re.compile(r"\b([Ll])a (?=\d+ (?:par|/|cigarettes?|verres?))"), r"\1à, "),
    ((':',), re.compile(r"(?<=\w)\s+:\s+(?=\w)"), ", "),
    ((' les',), re.compile(r"\b(?:tt|tts|ts|tout) les\b", re.IGNORECASE), "tous les"),
    (('#',), re.compile(r"(?<=\d) ?SA\b"), " semaines d'aménorrhée"),
    (('ras',), re.compile(r"\bRAS\b"), "rien à signaler"),
    (('#',), re.compile(r"\b(couché|couchée|coucher|levé|levée|lever|debout|réveil|endormi|endormie|prise) (?=\d{1,2} ?h)", re.IGNORECASE), r"\1 à "),
    (('/',), re.compile(r"(?<=[a-zà-ÿ])(?<!\d[gm])(?<!\d [gm])(?<!mg)(?<!ml)\s?/\s?(?!(?:j|jr|jour|sem|semaine|mois|an|nuit|heure|h|soir|week-end|we|l|dl|ml|kg|min|mn)\b)(?=[a-zà-ÿ])", re.IGNORECASE), " ou "),
    (('&',), re.compile(r"(?<=[a-zà-ÿ)])\s*&\s*(?=[a-zà-ÿ])", re.IGNORECASE), " et "),
    ((), re.compile(r"^(bof|pff+|mouais|ben|bah|euh)\s+(?=\w)", re.IGNORECASE), r"\1, "),
    (('arrete',), re.compile(r"(^|\b(?:ai|a|as|suis|été|déjà) )arrete\b", re.IGNORECASE), r"\1arrêté"),
    (('#',), re.compile(r"(?<!\bau )\brepos (?=\d{1,2}(?:/10)?\b)", re.IGNORECASE), "au repos "),
    (('#',), re.compile(r"(?<!\ben )(?<!\bau )\bmouvement (?=\d{1,2}(?:/10)?\b)", re.IGNORECASE), "en mouvement "),
    (('#',), re.compile(r"(?<!')\beffort (?=\d{1,2}(?:/10)?\b)", re.IGNORECASE), "à l'effort "),
    (('#',), re.compile(r"(?<!\ble )\b(matin|soir) (?=\d{1,2}(?:/10)?(?:,|$))", re.IGNORECASE), r"le \1 "),
    (('cote',), re.compile(r"\b(sur le|de|du|à|a|d'un|de l'autre) cote\b(?! de l'os)", re.IGNORECASE), r"\1 côté"),
    (('(s)', '(x)'), re.compile(r"(?<=\w)\((?:s|x)\)"), ""),
    (('perso',), re.compile(r"^perso(?=$|\.| ?,)", re.IGNORECASE), "personne"),
    (('#',), re.compile(r"^((?:non,? )?(?:toujours|encore|plus) (?:pas|rien)), (?=(?:\d+|un|une|deux|trois|quatre|cinq|six) (?:jours?|semaines?|mois)$)", re.IGNORECASE), r"\1, ça fait "),
    (('d accord',), re.compile(r"\bd accord\b"), "d'accord"),
    ((), re.compile(r"\b([jcldnsmt]) (?=(?:ai|est|ét|arr|aim|y|en|a)\b)"), r"\1'"),
    (('ca ', 'sa '), re.compile(r"\b[cs]a(?= (?:me|m'|te|se|s'|fait|va|vient|dépend|depend|passe|dure|gratte|pique|brule|brûle|tire|arrive|reste|serre|commence|revient|monte|tourne|suffit|ne|n'|marche|tape)\b)", re.IGNORECASE), "ça"),
    (('ca',), re.compile(r"\bca\b"), "ça"),
    ((), re.compile(r"(?<![\w'])([ldjnmst]|qu|c(?= (?:est|ét))) (?=[aeiouyéèêâîôœh]\w)"), r"\1'"),
    (('hein',), re.compile(r"(?<=\w) hein\b"), ", hein"),
    (('#',), re.compile(r"^(?=\d{1,2} (?:janvier|février|fevrier|mars|avril|mai|juin|juillet|août|aout|septembre|octobre|novembre|décembre|decembre)\b)", re.IGNORECASE), "le "),
    (('1/4', '¼'), re.compile(r"\b([A-ZÀ-Ýa-zà-ÿ]{4,}) (?:1/4|¼)(?! h)"), r"un quart de \1"),
    (('traite',), re.compile(r"\btraite (?=\d|deux|trois|par |avec |pour )", re.IGNORECASE), "traité "),
    ((' d',), re.compile(r"\b(sein|genou|bras|pied|œil|oeil|poignet|coude|mollet|rein|poumon|ovaire|doigt|pouce|orteil|talon|côté|flanc) D\b"), r"\1 droit"),
    ((' d',), re.compile(r"\b(jambe|main|épaule|hanche|cheville|oreille|cuisse|fesse|joue|narine|côte) D\b"), r"\1 droite"),
    ((' g',), re.compile(r"\b(sein|genou|bras|pied|œil|oeil|poignet|coude|mollet|rein|poumon|ovaire|doigt|pouce|orteil|talon|côté|flanc|jambe|main|épaule|hanche|cheville|oreille|cuisse|fesse|joue|narine|côte) G\b"), r"\1 gauche"),
    (('crev', 'doul', 'mal ', 'plaq', 'bouton', 'brûl', 'fract', 'entors', 'tendin', 'arthro', 'eczé', 'engour', 'fourmi', 'cramp', 'raid', 'picot'), re.compile(r"\b(crevasses?|douleurs?|mal|plaques?|boutons|brûlures?|fracture|entorse|tendinite|arthrose|eczéma|engourdissements?|fourmillements|crampes?|raideur|picotements) (?=(?:sein|genou|bras|pied|poignet|coude|mollet|doigt|pouce|orteil|talon|dos|ventre|cou)\b)", re.IGNORECASE), r"\1 au "),
    (('crev', 'doul', 'mal ', 'plaq', 'bouton', 'brûl', 'fract', 'entors', 'tendin', 'arthro', 'eczé', 'engour', 'fourmi', 'cramp', 'raid', 'picot'), re.compile(r"\b(crevasses?|douleurs?|mal|plaques?|boutons|brûlures?|fracture|entorse|tendinite|arthrose|eczéma|engourdissements?|fourmillements|crampes?|raideur|picotements) (?=(?:jambe|main|hanche|cheville|cuisse|fesse|joue|tête|gorge|poitrine|nuque)\b)", re.IGNORECASE), r"\1 à la "),
    (('opér', 'proth'), re.compile(r"\b(opérée?|opération|prothèse) (?=(?:genou|dos|pied|coude|poignet|nez)\b)", re.IGNORECASE), r"\1 du "),
    (('opér', 'proth'), re.compile(r"\b(opérée?|opération|prothèse) (?=(?:hanche|cheville|main|prostate|thyroïde|cataracte)\b)", re.IGNORECASE), r"\1 de la "),
    ((' / ',), re.compile(r"(?<=\d)( ?(?:kg|cm|mg|%|m|dioptries?)?) / (?=[-+]?\d)"), r"\1 et "),
    (('bien sur',), re.compile(r"\bbien sur\b(?! (?:le|la|les|un|une|mon|ma|mes)\b)", re.IGNORECASE), "bien sûr"),
    (('des qu',), re.compile(r"\bdes qu(?=e\b|')", re.IGNORECASE), "dès qu"),
    (('foi',), re.compile(r"\b(d'autre|une|1|deux|2|la|des|plusieurs|chaque|à la|a la) foi\b", re.IGNORECASE), r"\1 fois"),
    (('a la fois',), re.compile(r"\ba la fois\b", re.IGNORECASE), "à la fois"),
    (('peut etre', 'peut-etre', 'peut être'), re.compile(r"(?<!\bça )(?<!\bil )(?<!\belle )(?<!\bon )(?<!\bqui )\bpeut[ -](?:etre|être)\b", re.IGNORECASE), "peut-être"),
    ((' ou ',), re.compile(r"\b(jours?|fois|moments?|endroits?|périodes?|nuits?|semaines?|matins?|soirs?) ou (?=je |j'|il |elle |on |ça |c'est )", re.IGNORECASE), r"\1 où "),
    (('cote', 'coté', 'côté', 'coter'), re.compile(r"^(c[oô]t[eé]r? (?:droite?|droi|gauche)) (?=une? |des |les? |la |du )", re.IGNORECASE), r"\1, "),
    (('cote', 'coté', 'côté', 'coter'), re.compile(r"^c[oô]t[eé]r? (?=droit?e?\b|gauche\b)", re.IGNORECASE), "côté "),
    (('les we',), re.compile(r"\bles we\b", re.IGNORECASE), "les week-ends"),
    ((), re.compile(r"(?<=\w)(?<!\bque)(?<!\bdi[st])(?<!\bdire)(?<!\bsi)(?<!\bmais)(?<!\bou)(?<!\bet)(?<!\bpas)(?<!\bplutôt)(?<!\bsans doute)(?<!répon[ds]) (oui|non)(?=$|[.,;])", re.IGNORECASE), r", \1"),
    (('#',), re.compile(r"\bx ?(\d{1,2})\b"), r"\1 fois"),
    ((), re.compile(r"([!?.])\1{1,}(?<!\.\.\.)"), r"\1"),
    ((), re.compile(r"\s+([,.])(?!\d)"), r"\1"),
    ((), re.compile(r"(?<=\w)\s*([?!])"), r" \1"),
    ((), re.compile(r",(?=[a-zà-ÿ])", re.IGNORECASE), ", "),
    (('(',), re.compile(r"\s*\(\s*"), ", "),
    ((')',), re.compile(r"\s*\)(?=\s*[,.;!?]|$)"), ""),
    ((')',), re.compile(r"\s*\)"), ","),
    ((), re.compile(r"^(?:-(?!\d)|[•*>·])\s*|(?<=\s)[•·]\s*"), ""),
    (('\n',), re.compile(r"\n\s*[-•*·]\s*"), "\n"),
    ((' - ',), re.compile(r"\s+-\s+"), ", "),
    ((',,', ', ,'), re.compile(r",\s*,"), ","),
    (('#',), re.compile(r"(?<=[a-zà-ÿ]), (?=(?:19|20)\d\d\b(?! ?(?:€|euros|mg|pas|m\b)))"), ", en "),
)  # fmt: skip


def put_right(text: str) -> str:
    """The text with these rules applied in order. A rule may make what a later one needs, so needles are looked for in what stands now."""
    digits = any(c.isdigit() for c in text)
    low = text.lower()
    for needles, pattern, new in _RULES:
        if needles and not (digits if needles == ("#",) else any(needle in low for needle in needles)):
            continue
        changed = pattern.sub(new, text)
        if changed != text:
            text, low = changed, changed.lower()
    return text
