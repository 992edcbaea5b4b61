/* What in a text makes tokens: the loop of token_traits.py, which says what is counted. The order is the same. */
#include "native.h"

enum {
    LOWER, UPPER, DIGIT, SPACE, BREAK, TAB, MARK, ACCENTED, VIETNAMESE, CYRILLIC, GREEK, ARABIC, HEBREW, DEVANAGARI, INDIC, THAI,
    CAUCASIAN, SOUTHERN, KANA, HANGUL, HAN, RARE_HAN, OLD_HAN, WIDE_MARK, BOX, EMOJI, OTHER,
    KINDS,
    WORD = KINDS, FAR, HUMP, JOINT, DIGIT_GROUP, DIGIT_AFTER_BLANK, MARK_RUN, MARK_AFTER_SPACE, SPACE_RUN, BREAK_RUN, TAB_RUN,
    BLANK_TURN, SCRIPT_WORD, LETTER_AFTER_MARK, LETTER_AFTER_BREAK, LETTER_AFTER_APART, SCRIPT_AFTER_OTHER, EAST_RUN,
    EAST_AFTER_SPACE, APART_AFTER_SPACE, ODD_PAIR, STRANGE_PAIR, SAME_MARK, SAME_SPACE, SAME_BREAK, SAME_LETTER, SAME_WIDE,
    SAME_EAST,
    STRANGE_LETTERS, STRANGE_SCRIPT = STRANGE_LETTERS + 3, STRANGE_EAST = STRANGE_SCRIPT + 3, STRANGE_MARKS = STRANGE_EAST + 3,
    STRANGE_ROWS = STRANGE_MARKS + 3, EXTRA = STRANGE_ROWS + 3, PIECES = EXTRA + 3, BYTES = PIECES + 3, TEXT,
    TRAITS
};

#define PLANE (1 << 16)
#define FAR_PLANE 0x20000
#define ASCII 128
#define LETTERS 26
#define VOCABULARIES 3
#define PLACES (1 << 19)
#define TRIES 4
#define LONGEST 20
#define OF_PAIR 30
#define AFTER_SPACE 0x165667B1u
#define NOTHING 255
#define ALONE_FAR 0x444
#define ALL_HOLD 7

enum { KIND_TABLE, PAIR_TABLE, WORD_TABLE, ALONE_TABLE, MARK_TABLE, TABLES };

static const Py_ssize_t SIZES[TABLES] = {PLANE, LETTERS * LETTERS, 2 * PLACES, 2 * FAR_PLANE, ASCII * ASCII};

/* A run of letters, as far as it was read. */
typedef struct {
    Py_ssize_t length, letters, pieces[VOCABULARIES];
    uint32_t hash;
    int is_script, is_plain;
} Word;

typedef struct {
    const uint8_t *plane, *pairs, *marks;
    const uint16_t *words, *alone;
    Word word;
    Py_ssize_t counts[TRAITS];
} Counter;

static inline int kind_of(const Counter *self, uint32_t code)
{
    if (code < PLANE)
        return self->plane[code];
    if (code - 0x1F000 < 0xB00)
        return EMOJI;
    return code - FAR_PLANE < 0x20000 ? RARE_HAN : OTHER;
}

static inline int is_letter(int kind)
{
    return kind <= UPPER || kind == ACCENTED || kind == VIETNAMESE;
}

static inline int is_script(int kind)
{
    return kind >= CYRILLIC && kind <= SOUTHERN;
}

static inline int is_east(int kind)
{
    return kind >= KANA && kind <= OLD_HAN;
}

static inline int is_apart(int kind)
{
    return kind >= WIDE_MARK && kind <= OTHER;
}

/* What a third character in a row counts as; -1 where it counts as any other. */
static inline int same_of(int kind)
{
    switch (kind) {
    case MARK: return SAME_MARK;
    case SPACE: return SAME_SPACE;
    case BREAK: case TAB: return SAME_BREAK;
    case LOWER: case UPPER: return SAME_LETTER;
    case WIDE_MARK: case BOX: return SAME_WIDE;
    default: return is_east(kind) ? SAME_EAST : -1;
    }
}

static inline uint32_t mix(uint32_t code, Py_ssize_t within)
{
    uint32_t mixed = code * 0x9E3779B1u + (uint32_t)(within + 1) * 0x85EBCA77u;
    mixed ^= mixed >> 15;
    mixed *= 0x2C1B3C6Du;
    return mixed ^ mixed >> 12;
}

static inline int look_up(const Counter *self, uint32_t hash)
{
    hash ^= hash >> 16;
    hash *= 0x7FEB352Du;
    hash ^= hash >> 15;
    for (uint32_t step = 0; step < TRIES; step++) {
        uint32_t held = self->words[(hash + step) & (PLACES - 1)];
        if (held >> 3 == hash >> 19 && held & ALL_HOLD)
            return held & ALL_HOLD;
    }
    return 0;
}

static inline void count_unheld(Py_ssize_t *counts, int held)
{
    counts[0] += !(held & 1);
    counts[1] += !(held & 2);
    counts[2] += !(held & 4);
}

static inline void count_pieces(Py_ssize_t *counts, int pieces, int beyond, int held)
{
    for (int at = 0; at < VOCABULARIES; at++)
        if (!(held >> at & 1))
            counts[at] += (pieces >> 4 * at & 15) - beyond;
}

static inline void end_word(Counter *self)
{
    Word *word = &self->word;
    if (word->length > 1 || !word->is_plain) {
        int held = word->length > LONGEST ? 0 : look_up(self, word->hash);
        for (int at = 0; at < VOCABULARIES; at++)
            if (!(held >> at & 1)) {
                if (word->is_script)
                    self->counts[STRANGE_SCRIPT + at] += word->pieces[at];
                else
                    self->counts[STRANGE_LETTERS + at] += word->letters;
            }
    }
    memset(word, 0, sizeof *word);
}

static inline void take_letter(Counter *self, uint32_t code, int kind, int before, int is_same)
{
    Word *word = &self->word;
    if (word->length == 0 && before == SPACE)
        word->hash = AFTER_SPACE;
    word->hash += mix(code, word->length++);
    word->is_script = is_script(kind);
    word->is_plain = code < ASCII;
    word->letters += !is_same;
}

static inline void count_letter(Counter *self, uint32_t code, int kind, uint32_t last, int before, Py_ssize_t within)
{
    Py_ssize_t *counts = self->counts;
    counts[WORD] += within == 0;
    counts[FAR] += within >= 12;
    counts[JOINT] += before == DIGIT;
    counts[LETTER_AFTER_MARK] += before == MARK;
    counts[LETTER_AFTER_BREAK] += before == TAB || before == BREAK;
    counts[LETTER_AFTER_APART] += is_apart(before);
    counts[HUMP] += kind == UPPER && is_letter(before) && before != UPPER;
    uint32_t one = (last | 32) - 'a', two = (code | 32) - 'a';
    if (one < LETTERS && two < LETTERS) {
        int strangeness = self->pairs[one * LETTERS + two];
        counts[ODD_PAIR] += strangeness == 1;
        counts[STRANGE_PAIR] += strangeness == 2;
    }
}

static inline void count_other(Counter *self, int kind, int before, Py_ssize_t within)
{
    Py_ssize_t *counts = self->counts;
    switch (kind) {
    case DIGIT:
        counts[DIGIT_GROUP] += within % 3 == 0;
        counts[DIGIT_AFTER_BLANK] += before == SPACE || before == TAB;
        counts[JOINT] += is_letter(before);
        break;
    case SPACE:
        counts[SPACE_RUN] += within == 1;
        counts[BLANK_TURN] += before == TAB;
        break;
    case BREAK:
        counts[BREAK_RUN] += within == 0 && before != MARK;
        break;
    case TAB:
        counts[TAB_RUN] += within == 0;
        counts[BLANK_TURN] += before == SPACE;
        break;
    case MARK:
        counts[MARK_RUN] += within == 0;
        counts[MARK_AFTER_SPACE] += before == SPACE;
        break;
    default:
        if (is_script(kind)) {
            counts[SCRIPT_WORD] += within == 0;
            counts[SCRIPT_AFTER_OTHER] += before == MARK || before == TAB || before == BREAK || is_apart(before);
        }
        else if (is_east(kind)) {
            counts[EAST_RUN] += !is_east(before);
            counts[EAST_AFTER_SPACE] += before == SPACE;
        }
        else
            counts[APART_AFTER_SPACE] += before == SPACE;
    }
}

/* Whether the character is one token with the one before, a bit for each vocabulary; `joined` says it of that one. */
static inline int join(Counter *self, uint32_t code, int kind, uint32_t last, int before, int joined)
{
    if (kind == MARK && before == MARK) {
        joined = self->marks[last * ASCII + code] & ALL_HOLD & ~joined;
        count_unheld(self->counts + STRANGE_MARKS, joined);
        return joined;
    }
    if (!is_east(kind) && !is_script(kind))
        return 0;
    int follows = is_east(kind) ? is_east(before) : kind == before;
    joined = follows ? look_up(self, mix(last, OF_PAIR) + mix(code, OF_PAIR + 1)) & ~joined : 0;
    if (is_east(kind))
        count_unheld(self->counts + STRANGE_EAST, joined);
    return joined;
}

static inline void count_row(Counter *self, uint32_t code, int kind, int same, int alone)
{
    self->counts[same]++;
    if (kind == MARK)
        count_unheld(self->counts + STRANGE_ROWS, self->marks[code * (ASCII + 1)] >> 3);
    else if (is_apart(kind))
        count_pieces(self->counts + PIECES, alone, 0, alone >> 12);
}

static inline int size_of(uint32_t code)
{
    return 1 + (code > 0x7F) + (code > 0x7FF) + (code > 0xFFFF);
}

static INLINE void count(Counter *self, int width, const void *data, Py_ssize_t size)
{
    uint32_t last = 0, earlier = 0;
    int before = NOTHING, joined = 0;
    Py_ssize_t within = 0;
    for (Py_ssize_t i = 0; i < size; i++) {
        uint32_t code = PyUnicode_READ(width, data, i);
        int kind = kind_of(self, code), letter = is_letter(kind), alone = 0, bytes = 1;
        int goes_on = kind == before || (letter && is_letter(before));
        int same = i >= 2 && code == last && last == earlier ? same_of(kind) : -1;
        if (code >= ASCII || kind == OTHER) {
            alone = code < FAR_PLANE ? self->alone[code] : ALONE_FAR;
            bytes = size_of(code) > (alone >> 8 & 15) ? size_of(code) : alone >> 8 & 15;
        }
        self->counts[BYTES] += bytes;
        within = goes_on ? within + 1 : 0;
        if (self->word.length && (!goes_on || (kind == UPPER && before != UPPER)))
            end_word(self);
        if (letter || is_script(kind))
            take_letter(self, code, kind, before, same >= 0);
        if (kind == ACCENTED || kind == VIETNAMESE || is_east(kind))
            count_pieces(self->counts + EXTRA, alone, 1, 0);
        if (same >= 0) {
            count_row(self, code, kind, same, alone);
            joined = 0;
        }
        else {
            self->counts[kind]++;
            joined = join(self, code, kind, last, before, joined);
            if (is_script(kind))
                count_pieces(self->word.pieces, alone, 0, joined);
            if (is_apart(kind))
                count_pieces(self->counts + PIECES, alone, 0, 0);
            if (letter)
                count_letter(self, code, kind, last, before, within);
            else
                count_other(self, kind, before, within);
        }
        earlier = last;
        last = code;
        before = kind;
    }
    if (self->word.length)
        end_word(self);
    self->counts[TEXT] = size > 0;
}

static PyObject *list_of(const Py_ssize_t *counts)
{
    PyObject *list = PyList_New(TRAITS);
    for (int i = 0; list && i < TRAITS; i++) {
        PyObject *number = PyLong_FromSsize_t(counts[i]);
        if (number == NULL)
            Py_CLEAR(list);
        else
            PyList_SET_ITEM(list, i, number);
    }
    return list;
}

static PyObject *count_text(PyObject *text, Py_buffer *tables)
{
    Counter self = {
        .plane = tables[KIND_TABLE].buf, .pairs = tables[PAIR_TABLE].buf, .words = tables[WORD_TABLE].buf, .alone = tables[ALONE_TABLE].buf, .marks = tables[MARK_TABLE].buf,
    };
    for (int at = 0; at < TABLES; at++)
        if (tables[at].len != SIZES[at]) {
            PyErr_SetString(PyExc_ValueError, "the tables do not fit");
            return NULL;
        }
    const void *data = PyUnicode_DATA(text);
    Py_ssize_t size = PyUnicode_GET_LENGTH(text);
    switch (PyUnicode_KIND(text)) {
    case PyUnicode_1BYTE_KIND: count(&self, PyUnicode_1BYTE_KIND, data, size); break;
    case PyUnicode_2BYTE_KIND: count(&self, PyUnicode_2BYTE_KIND, data, size); break;
    default: count(&self, PyUnicode_4BYTE_KIND, data, size);
    }
    return list_of(self.counts);
}

/* Takes the text and the five tables of token_traits.py, in their order there. */
PyObject *token_traits(PyObject *Py_UNUSED(module), PyObject *const *args, Py_ssize_t nargs)
{
    Py_buffer tables[TABLES];
    int held = 0;
    PyObject *list = NULL;
    if (nargs != TABLES + 1 || !PyUnicode_Check(args[0]))
        return PyErr_Format(PyExc_TypeError, "a text and five tables are wanted");
    while (held < TABLES && view_of(args[held + 1], &tables[held], 1, "table") == 0)
        held++;
    if (held == TABLES)
        list = count_text(args[0], tables);
    while (held > 0)
        PyBuffer_Release(&tables[--held]);
    return list;
}
