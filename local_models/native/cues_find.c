/* Finding cues in a plain text: the loop of cues.py. */
#include "cues.h"

static inline int is_small(uint32_t code)
{
    return code - 'a' < 26;
}

static inline int is_in_word(uint32_t code)
{
    return is_small(code) || code == '+' || code == '/' || code == '\'';
}

static inline int is_mark(uint32_t code)
{
    return code - 0xE001 < 3;
}

static int is_digit_zh(uint32_t code)
{
    switch (code) {
    case 0x4E00: case 0x4E8C: case 0x4E24: case 0x4E09: case 0x56DB: case 0x4E94: case 0x516D:
    case 0x4E03: case 0x516B: case 0x4E5D: case 0x5341: case 0x51E0: case 0x534A: case 0x767E:
    case 0x4FE9: case 0x4EE8:
        return 1;
    }
    return 0;
}

static void add(Cues *self, uint8_t kind, Py_ssize_t start, Py_ssize_t end)
{
    if (self->found < MOST_CUES)
        self->cues[self->found++] = (Cue){kind, start, end};
}

static void add_special(Cues *self, int special, Py_ssize_t start, Py_ssize_t end)
{
    add(self, self->lists[SPECIAL].of[special], start, end);
}

static Py_ssize_t add_pattern(Cues *self, const Pattern *pattern, Py_ssize_t start, Py_ssize_t end)
{
    for (uint32_t i = 0; i < pattern->count; i++)
        add(self, self->kinds_of[pattern->first + i], start, end);
    return end;
}

static int ends_a_word(const Text *text, Py_ssize_t at)
{
    const uint32_t *codes = text->codes + at;
    return !is_in_word(codes[0]) && !(codes[0] == '-' && is_small(codes[1]));
}

/* Where letters, and the parts behind hyphens, end that begin here. */
static Py_ssize_t token_end(const Text *text, Py_ssize_t at)
{
    while (is_in_word(text->codes[at]))
        at++;
    while (text->codes[at] == '-' && is_small(text->codes[at + 1]))
        for (at++; is_small(text->codes[at]); at++)
            ;
    return at;
}

/* The word that follows, past spaces and points: where it begins and ends; nothing when they are equal. */
static Py_ssize_t following(const Text *text, Py_ssize_t at, Py_ssize_t *start)
{
    for (;; at++) {
        uint32_t code = text->codes[at];
        if (!(code == ',' || code == '.' || code == ';' || code == ':' || code == '"' ||
              (code && Py_UNICODE_ISSPACE(code))))
            break;
    }
    *start = at;
    return is_in_word(text->codes[at]) ? token_end(text, at) : at;
}

static const Unit *unit_of(const Cues *self, const Text *text, Py_ssize_t start, Py_ssize_t end)
{
    for (const Unit *unit = self->units; unit < self->units + self->unit_count; unit++)
        if (unit->size == end - start &&
            memcmp(unit->codes, text->codes + start, unit->size * sizeof(uint32_t)) == 0)
            return unit;
    return NULL;
}

/* The pattern that is exactly this stretch; NULL where there is none. */
static const Pattern *pattern_of(const Cues *self, const Text *text, Py_ssize_t start, Py_ssize_t end)
{
    uint32_t node = 0;
    for (Py_ssize_t i = start; i < end; i++)
        if (!(node = step(&self->trie, node, text->codes[i])))
            return NULL;
    return self->trie.accepts[node] ? &self->patterns[self->trie.accepts[node] - 1] : NULL;
}

static void add_token(Cues *self, const Text *text, Py_ssize_t start, Py_ssize_t end)
{
    const Pattern *pattern = pattern_of(self, text, start, end);
    const uint32_t *last = text->codes + end;
    if (pattern && pattern->count)
        add_pattern(self, pattern, start, end);
    else if (end - start >= 3 && last[-3] == 'n' && last[-2] == '\'' && last[-1] == 't')
        add_special(self, NOT, start, end);
}

/* A word, phrase or number that begins and ends where words do; gives where to go on. */
static Py_ssize_t take_word(Cues *self, const Text *text, const Pattern *pattern, Py_ssize_t start,
                            Py_ssize_t end)
{
    const uint32_t *codes = text->codes;
    if (is_in_word(codes[start - 1]) || (codes[start - 1] == '-' && is_in_word(codes[start - 2]))) {
        if (!(pattern->flags & DENIES) || !ends_a_word(text, end))
            return 0;
        while (is_in_word(codes[start - 1]))
            start--;
        return add_pattern(self, pattern, start, end);
    }
    if (is_in_word(codes[end - 1]) && !ends_a_word(text, end)) {
        end = token_end(text, start);
        add_token(self, text, start, end);
        return end;
    }
    if (pattern->flags & NUMBER) {
        Py_ssize_t first, last = following(text, end, &first);
        const Unit *unit = last > first ? unit_of(self, text, first, last) : NULL;
        if (unit) {
            add(self, unit->kind, start, last);
            return last;
        }
    }
    return add_pattern(self, pattern, start, end);
}

static int is_at(const Text *text, Py_ssize_t at, uint32_t one, uint32_t two)
{
    return text->codes[at] == one && (!two || text->codes[at + 1] == two);
}

/* A unit of counting or time that begins here: which special kind it makes, and where it ends. */
static int unit_zh(const Text *text, Py_ssize_t at, Py_ssize_t *end)
{
    switch (text->codes[at]) {
    case 0x6B21: case 0x904D: case 0x56DE: case 0x901A: case 0x8D9F: case 0x4EBA: case 0x5BB6:
    case 0x53F0: case 0x53CC: case 0x6761: case 0x5C01: case 0x4EF6: /* 次遍回通趟人家台双条封件 */
        *end = at + 1;
        return COUNT;
    case 0x4E2A: /* 个, 个人 */
        *end = at + (text->codes[at + 1] == 0x4EBA ? 2 : 1);
        return COUNT;
    case 0x5206: /* 分, 分钟 */
        *end = at + (text->codes[at + 1] == 0x949F ? 2 : 1);
        return SHORT;
    case 0x79D2: /* 秒, 秒钟 */
        *end = at + (text->codes[at + 1] == 0x949F ? 2 : 1);
        return SHORT;
    case 0x5929: case 0x5468: case 0x6708: case 0x5E74: /* 天周月年 */
        *end = at + 1;
        return LONG;
    }
    if (is_at(text, at, 0x5C0F, 0x65F6) || is_at(text, at, 0x949F, 0x5934) ||
        is_at(text, at, 0x793C, 0x62DC) || is_at(text, at, 0x661F, 0x671F) ||
        is_at(text, at, 0x5B63, 0x5EA6)) { /* 小时钟头礼拜星期季度 */
        *end = at + 2;
        return LONG;
    }
    return -1;
}

/* A count or a stretch of time that begins here, if one does; gives where to go on. */
static Py_ssize_t take_amount(Cues *self, const Text *text, Py_ssize_t start)
{
    const uint32_t *codes = text->codes;
    Py_ssize_t at = start + (codes[start] == 0x7B2C), number = at, end = 0; /* 第 */
    if (is_mark(codes[at]))
        while (is_mark(codes[at]))
            at++;
    else
        while (is_digit_zh(codes[at]))
            at++;
    if (at == number)
        return start + 1;
    int kind = -1;
    for (int with = codes[at] == 0x4E2A; kind < 0 && with >= 0; with--) { /* 个 */
        Py_ssize_t next = at + with;
        kind = unit_zh(text, next + (codes[next] == 0x591A || codes[next] == 0x6765), &end); /* 多来 */
    }
    if (kind < 0)
        return start + 1;
    add_special(self, codes[start] == 0x7B2C ? AGAIN : kind, start, end);
    return end;
}

/* A number with its unit; gives where it ended. */
static Py_ssize_t take_marked(Cues *self, const Text *text, Py_ssize_t start)
{
    Py_ssize_t end = start, first;
    while (is_mark(text->codes[end]))
        end++;
    Py_ssize_t last = following(text, end, &first);
    if (last > first) {
        const Unit *unit = unit_of(self, text, first, last);
        if (unit) {
            add(self, unit->kind, start, last);
            return last;
        }
        if (last - first == 2 && (is_at(text, first, 't', 'h') || is_at(text, first, 'r', 'd') ||
                                  is_at(text, first, 'n', 'd'))) {
            add_special(self, AGAIN, start, last);
            return last;
        }
    }
    Py_ssize_t reach = take_amount(self, text, start);
    return reach > end ? reach : end;
}

static int is_sign(uint32_t code)
{
    return code == '!' || code == '?' || code == '.';
}

static Py_ssize_t take_signs(Cues *self, const Text *text, Py_ssize_t start)
{
    Py_ssize_t end = start;
    int asks = 0;
    for (; is_sign(text->codes[end]); end++)
        asks |= text->codes[end] == '?';
    add_special(self, asks ? WONDER : text->codes[start] == '!' ? BANG : DOTS, start, end);
    return end;
}

static Py_ssize_t take(Cues *self, const Text *text, const Pattern *pattern, Py_ssize_t start,
                       Py_ssize_t end, Py_ssize_t reach)
{
    const uint32_t *codes = text->codes;
    if (pattern->flags & LETTERED) {
        uint32_t before = codes[start - 1], after = codes[end];
        if (is_in_word(before) || (pattern->flags & ONE_WORD && is_in_word(after)))
            return reach;
        if (pattern->flags & PLAIN && before != '-' && after != '-')
            return add_pattern(self, pattern, start, end);
        return take_word(self, text, pattern, start, end);
    }
    if (pattern->flags & DENIES)
        return take_word(self, text, pattern, start, end);
    if (pattern->flags & MARKED)
        return take_marked(self, text, start);
    if (pattern->count)
        return add_pattern(self, pattern, start, end);
    if (pattern->flags & AMOUNT)
        return take_amount(self, text, start);
    return take_signs(self, text, start);
}

/* The longest pattern that begins at a place, plus one, and where it ends; 0 for none. */
static INLINE uint32_t longest_at(const Trie *trie, const Text *text, Py_ssize_t at, Py_ssize_t *end)
{
    uint32_t one = text->codes[at] - 'a', two = text->codes[at + 1] - 'a', node, best;
    Py_ssize_t i = at + 1;
    if (one < LETTERS && two < LETTERS) { /* most of a text without Han, and most of it begins nothing */
        best = trie->accepts[trie->roots[one + 'a']];
        *end = i;
        if (!(node = trie->pairs[one][two]))
            return best;
        i++;
        if (trie->accepts[node]) {
            best = trie->accepts[node];
            *end = i;
        }
    } else {
        if (!(node = step(trie, 0, text->codes[at])))
            return 0;
        best = trie->accepts[node];
        *end = i;
    }
    for (; i < text->size && (node = step(trie, node, text->codes[i])); i++)
        if (trie->accepts[node]) {
            best = trie->accepts[node];
            *end = i + 1;
        }
    return best;
}

/* Every cue; of the patterns that begin at one place the longest counts, and none inside it. */
static void find(Cues *self, const Text *text)
{
    Py_ssize_t reach = 0;
    for (Py_ssize_t at = 0, end; at < text->size; at = end) {
        uint32_t best = longest_at(&self->trie, text, at, &end);
        if (!best)
            end = at + 1;
        else if (at >= reach)
            reach = take(self, text, &self->patterns[best - 1], at, end, reach);
    }
}

static int is_closing(uint32_t code)
{
    return code == '"' || code == 0x300D || code == 0x300F;
}

/* What stands in quotes, put where it stands among the other cues. */
static void find_quoted(Cues *self, const Text *text)
{
    for (Py_ssize_t i = 0; i < text->size; i++) {
        uint32_t code = text->codes[i];
        if (code != '"' && code != 0x300C && code != 0x300E)
            continue;
        Py_ssize_t end = i + 1;
        while (end < text->size && end - i <= 24 && !is_closing(text->codes[end]))
            end++;
        if (end == i + 1 || end >= text->size || !is_closing(text->codes[end]) || self->found == MOST_CUES)
            continue;
        Py_ssize_t at = self->found++;
        for (; at > 0 && self->cues[at - 1].start > i; at--)
            self->cues[at] = self->cues[at - 1];
        self->cues[at] = (Cue){self->lists[SPECIAL].of[QUOTED], i, end + 1};
        i = end;
    }
}

/* A negation close before a cue turns it around. */
static void turn_negated(Cues *self, const Text *text)
{
    Py_ssize_t denied = -1, reach = 0;
    for (Cue *cue = self->cues; cue < self->cues + self->found; cue++) {
        if (cue->kind == self->lists[SPECIAL].of[NOT]) {
            denied = cue->end;
            reach = 12;
            for (Py_ssize_t i = cue->start; i < cue->end; i++)
                if (text->codes[i] >= 128)
                    reach = 2;
        } else if (denied >= 0 && self->turned[cue->kind] != NONE && cue->start >= denied &&
                   cue->start - denied <= reach)
            cue->kind = self->turned[cue->kind];
    }
}

void cues_find_all(Cues *self, const Text *text)
{
    self->found = 0;
    find(self, text);
    find_quoted(self, text);
    turn_negated(self, text);
}
