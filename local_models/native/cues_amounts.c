/* Amounts of a text by their value: the loop of amounts.py, which says what everything means. */
#include "cues.h"

#define MOST_TWICE 2000000
#define MOST_YEARS 400   /* twice two hundred: "2019年" is no stretch of time */
#define LONGEST_RUN 6    /* digits */
#define LONGEST_NAME 12  /* letters of a word, known or beside an amount */
#define LONGEST_UNIT 3   /* Chinese characters */
#define MOST_FILLERS 2

enum { TIME, COUNTED, TURN, SHARE, MONEY };

static inline int is_letter(uint32_t code)
{
    return code - 'a' < 26;
}

static inline int is_digit(uint32_t code)
{
    return code - '0' < 10;
}

/* The character at a place, or nothing beyond the ends: zero, which no amount is made of. */
static inline uint32_t code_at(const Text *text, Py_ssize_t at)
{
    return at >= 0 && at < text->size ? text->codes[at] : 0;
}

static inline int is_about(uint32_t code)
{
    return code == 0x591A || code == 0x6765 || code == 0x4F59; /* 多来余 */
}

uint64_t amounts_key(const uint32_t *codes, Py_ssize_t size)
{
    uint64_t key = 0;
    int bits = size && is_letter(codes[0]) ? 5 : 16;
    if (size * bits > 60)
        return 0;
    for (Py_ssize_t i = 0; i < size; i++)
        key = key << bits | (bits == 5 ? codes[i] - 'a' + 1 : codes[i]);
    return key;
}

static const Measure *look_up(const Cues *self, int role, const uint32_t *codes, Py_ssize_t size)
{
    if (!self->hints[role][amounts_hint(codes[0], size)])
        return NULL; /* so most words are done with */
    uint64_t key = amounts_key(codes, size);
    const Measure *end = self->measures + self->roles[role + 1];
    for (const Measure *one = self->measures + self->roles[role]; key && one < end; one++)
        if (one->key == key)
            return one;
    return NULL;
}

static inline const Measure *numeral_at(const Cues *self, const Text *text, Py_ssize_t at)
{
    uint32_t code = code_at(text, at);
    int place = self->numerals[code & 0xFF];
    return place && self->measures[place - 1].key == code ? &self->measures[place - 1] : NULL;
}

static Py_ssize_t letters_end(const Text *text, Py_ssize_t at)
{
    while (is_letter(code_at(text, at)))
        at++;
    return at;
}

/* The word or the character before and after an amount; one space is passed over. */
static void take_neighbours(const Text *text, Amount *amount)
{
    Py_ssize_t at = amount->start - (code_at(text, amount->start - 1) == ' '), start = at;
    while (at - start < LONGEST_NAME && is_letter(code_at(text, start - 1)))
        start--;
    amount->before = start == at && at > 0 ? at - 1 : start;
    amount->before_end = at;
    at = amount->end + (code_at(text, amount->end) == ' ');
    Py_ssize_t end = at;
    while (end - at < LONGEST_NAME && is_letter(code_at(text, end)))
        end++;
    amount->after = at < text->size ? at : text->size;
    amount->after_end = end == at && at < text->size ? at + 1 : end < text->size ? end : text->size;
}

static Py_ssize_t tell(Cues *self, const Text *text, int kind, int64_t twice, Py_ssize_t start,
                       Py_ssize_t end, uint32_t letter)
{
    const Steps *steps = &self->steps[kind];
    int level = 0;
    while (level < steps->count && twice / 2 >= steps->of[level])
        level++;
    Amount *amount = &self->amounts[self->amounts_found++];
    *amount = (Amount){.kind = (uint8_t)kind, .level = (uint8_t)level, .letter = letter, .start = start,
                       .end = end, .seconds = kind == TIME ? twice : 0};
    take_neighbours(text, amount);
    return end;
}

/* A Chinese unit behind a number; gives where the amount ends, 0 where there is none. */
static Py_ssize_t measure_zh(Cues *self, const Text *text, int64_t twice, Py_ssize_t start, Py_ssize_t end)
{
    Py_ssize_t at = end + (code_at(text, end) == ' ');
    at += is_about(code_at(text, at));
    int counted = code_at(text, at) == 0x4E2A; /* 个 */
    at += counted;
    if (counted && code_at(text, at) == 0x534A) { /* 半 */
        twice++;
        at++;
    }
    at += is_about(code_at(text, at));
    int is_turn = code_at(text, start - 1) == 0x7B2C; /* 第 */
    start -= is_turn;
    for (Py_ssize_t size = LONGEST_UNIT; size > 0; size--) {
        if (at + size > text->size || code_at(text, at) < 128)
            continue;
        const Measure *unit = look_up(self, UNIT_ZH, text->codes + at, size);
        if (unit == NULL)
            continue;
        uint32_t letter = code_at(text, at), last = code_at(text, at - 1);
        if (size == 1 && letter == 0x6708 && !counted && last != 0x534A && last != 0x4FE9 && last != 0x4E24)
            return 0; /* 月 without 个, 半, 俩 or 两 is a date */
        if (size == 1 && letter == 0x5E74 && twice > MOST_YEARS) /* 年 */
            return 0;
        if (is_turn)
            return tell(self, text, TURN, twice, start, at + size, letter);
        return tell(self, text, unit->kind, twice * unit->worth, start, at + size,
                    unit->kind == COUNTED ? letter : 0);
    }
    return counted ? tell(self, text, is_turn ? TURN : COUNTED, twice, start, at, 0x4E2A) : 0;
}

/* The same for an English unit, past two filling words at most. */
static Py_ssize_t measure_en(Cues *self, const Text *text, int64_t twice, Py_ssize_t start, Py_ssize_t end)
{
    for (int words = 0; words <= MOST_FILLERS; words++) {
        Py_ssize_t first = end + (code_at(text, end) == ' ' || code_at(text, end) == '-');
        end = letters_end(text, first);
        if (end == first)
            return 0;
        const Measure *unit = look_up(self, UNIT_EN, text->codes + first, end - first);
        if (unit)
            return tell(self, text, unit->kind, twice * unit->worth, start, end,
                        unit->kind == COUNTED ? text->codes[first] : 0);
        if (!look_up(self, FILLER, text->codes + first, end - first))
            return 0;
    }
    return 0;
}

static int is_money(uint32_t code)
{
    return code == '$' || code == 0xA3 || code == 0x20AC || code == 0xA5 || code == 0xFFE5;
}

/* Where "st", "nd", "rd" or "th" ends; 0 where none stands. */
static Py_ssize_t suffix_end(const Text *text, Py_ssize_t at)
{
    uint32_t one = code_at(text, at), two = code_at(text, at + 1);
    int is_one = (one == 's' && two == 't') || (one == 'n' && two == 'd') || (one == 'r' && two == 'd') ||
                 (one == 't' && two == 'h');
    return is_one && !is_letter(code_at(text, at + 2)) ? at + 2 : 0;
}

/* A number with what it measures; gives where it ends, 0 where it measures nothing that is known. */
static Py_ssize_t measure(Cues *self, const Text *text, int64_t twice, Py_ssize_t start, Py_ssize_t end)
{
    if (is_money(code_at(text, start - 1)))
        return tell(self, text, MONEY, twice, start - 1, end, 0);
    if (code_at(text, end) == '%')
        return tell(self, text, SHARE, twice, start, end + 1, 0);
    Py_ssize_t suffix = is_digit(code_at(text, start)) ? suffix_end(text, end) : 0;
    if (suffix)
        return tell(self, text, TURN, twice, start, suffix, 0);
    Py_ssize_t reach = measure_zh(self, text, twice, start, end);
    return reach ? reach : measure_en(self, text, twice, start, end);
}

/* A word of letters; gives where to go on. */
static Py_ssize_t read_word(Cues *self, const Text *text, Py_ssize_t start)
{
    Py_ssize_t end = letters_end(text, start), reach = 0;
    const uint32_t *word = text->codes + start;
    const Measure *known = look_up(self, ORDINAL, word, end - start);
    if (known)
        return tell(self, text, TURN, 2 * known->worth, start, end, 0);
    if ((known = look_up(self, CARDINAL, word, end - start)))
        reach = measure(self, text, known->worth < 0 ? 1 : 2 * known->worth, start, end);
    return reach ? reach : end;
}

static Py_ssize_t read_digits(Cues *self, const Text *text, Py_ssize_t start)
{
    Py_ssize_t end = start, reach;
    int64_t value = 0;
    for (; is_digit(code_at(text, end)); end++)
        value = end - start < LONGEST_RUN ? 10 * value + (text->codes[end] - '0') : value;
    uint32_t before = code_at(text, start - 1);
    if (end - start > LONGEST_RUN || is_letter(before) || before == '.' || before == ':' || before == '/' ||
        before == '_' || before == '-')
        return end;
    Py_ssize_t fraction = end;
    if (code_at(text, end) == '.' && is_digit(code_at(text, end + 1)))
        for (fraction = end + 1; is_digit(code_at(text, fraction)); fraction++)
            ;
    reach = measure(self, text, 2 * value, start, fraction);
    return reach ? reach : end;
}

static Py_ssize_t read_numerals(Cues *self, const Text *text, Py_ssize_t start)
{
    int64_t whole = 0, last = 0, half = 0;
    Py_ssize_t end = start, reach;
    const Measure *numeral;
    for (; (numeral = numeral_at(self, text, end)); end++)
        if (numeral->worth < 0)
            half = 1;
        else if (numeral->worth < 10)
            last = numeral->worth;
        else {
            whole += (last ? last : 1) * numeral->worth;
            last = 0;
        }
    int64_t twice = 2 * (whole + last) + half;
    reach = measure(self, text, twice < MOST_TWICE ? twice : MOST_TWICE, start, end);
    return reach ? reach : end;
}

void cues_find_amounts(Cues *self, const Text *text)
{
    self->amounts_found = 0;
    for (Py_ssize_t at = 0; at < text->size && self->amounts_found < MOST_AMOUNTS;) {
        uint32_t code = text->codes[at];
        if (is_letter(code))
            at = read_word(self, text, at);
        else if (is_digit(code))
            at = read_digits(self, text, at);
        else if (numeral_at(self, text, at))
            at = read_numerals(self, text, at);
        else
            at++;
    }
}
