/* Where the numbers of a text stand, and what each may be: the loop of entities.py, which says what
 * the places are for. */
#include "text.h"
#include <string.h>

typedef Codes Reader;

static INLINE uint32_t at(const Reader *text, Py_ssize_t i)
{
    return text->codes[i];
}

/* Superscripts and the like too, as `str.isdigit` has it. */
static inline int is_any_digit(uint32_t code)
{
    return code < 128 ? code - '0' < 10 : Py_UNICODE_ISDIGIT(code);
}

static int is_in(uint32_t code, const uint32_t *set)
{
    for (; *set; set++)
        if (*set == code)
            return 1;
    return 0;
}

static const uint32_t DATE_MARKS[] = {0x5E74, '/', '.', '-', 0x6708, 0x53F7, 0x65E5, 0};
static const uint32_t UNIT_STARTS[] = {0x5143, 0x5757, 0x6BDB, 0x89D2, 0x4E07, 0x7F8E, 0x4EBA, 0};
static const char UNITS[][8] = {"dollar", "buck", "usd", "rmb", "yuan", "euro", "pound", ""};
static const uint32_t SIGNS[] = {0xA5, 0xFFE5, '$', 0x20AC, 0xA3, 0};

static int is_one_of(const Reader *text, Py_ssize_t i, const char (*words)[4])
{
    for (; (*words)[0]; words++)
        if (at(text, i) == (uint32_t)(*words)[0] && at(text, i + 1) == (uint32_t)(*words)[1] &&
            at(text, i + 2) == (uint32_t)(*words)[2])
            return 1;
    return 0;
}

static int is_like(const Reader *text, Py_ssize_t i, const char *word)
{
    for (; *word; word++, i++)
        if (at(text, i) != (unsigned char)*word)
            return 0;
    return 1;
}

static int begins_unit(const Reader *text, Py_ssize_t i)
{
    if (is_in(at(text, i), UNIT_STARTS))
        return 1;
    for (const char(*unit)[8] = UNITS; (*unit)[0]; unit++)
        if (is_like(text, i, *unit))
            return 1;
    return 0;
}

static const char MONTHS[][4] = {"jan", "feb", "mar", "apr", "may", "jun", "jul",
                                 "aug", "sep", "oct", "nov", "dec", ""};
static const char MONTHS_OR_OF[][4] = {"jan", "feb", "mar", "apr", "may", "jun", "jul",
                                       "aug", "sep", "oct", "nov", "dec", "of ", ""};
static const char CODES[][4] = {"rmb", "cny", "usd", ""};

enum { PHONES, HASHED, BARE, DATES, MONTHS_BEFORE, PAID, PRICED, NAMED, KINDS };

static int push(PyObject **lists, int kind, Py_ssize_t place)
{
    PyObject *number = PyLong_FromSsize_t(place);
    int failed = number == NULL || PyList_Append(lists[kind], number) < 0;
    Py_XDECREF(number);
    return failed ? -1 : 0;
}

/* Ten digits at least make a phone number, in one run or with signs between. */
static int look_for_phone(const Reader *text, Py_ssize_t start, Py_ssize_t end, PyObject **lists)
{
    if (end - start < 10 && !is_any_digit(at(text, end + 1)) && !is_any_digit(at(text, end + 2)))
        return 0;
    uint32_t before = at(text, start - 1);
    if ((before == '+' || before == '(') && push(lists, PHONES, start - 1) < 0)
        return -1;
    return push(lists, PHONES, start);
}

/* Two to four letters with eight digits, or twelve digits. */
static int look_for_bare(const Reader *text, Py_ssize_t start, Py_ssize_t end, PyObject **lists)
{
    Py_ssize_t first = start;
    if (end - start < 8)
        return 0;
    while (first > 0 && start - first < 4 && is_small(at(text, first - 1)))
        first--;
    return start - first >= 2 || end - start >= 12 ? push(lists, BARE, first) : 0;
}

/* The last digits of a longer run can be a year, a month or a day. */
static int look_for_date(const Reader *text, Py_ssize_t start, Py_ssize_t end, int is_apart,
                         PyObject **lists)
{
    uint32_t near = at(text, end);
    int is_date = is_in(is_apart ? at(text, end + 1) : near, DATE_MARKS) || near == 's' ||
                  near == 'n' || near == 'r' || near == 't' ||
                  (is_apart && is_one_of(text, end + 1, MONTHS_OR_OF));
    if (!is_date)
        return 0;
    if (push(lists, DATES, start) < 0)
        return -1;
    static const int backs[] = {4, 2, 1};
    for (int i = 0; i < 3; i++)
        if (end - backs[i] > start && push(lists, DATES, end - backs[i]) < 0)
            return -1;
    return 0;
}

/* A month or a currency before a number, with or without a space between. */
static int look_before(const Reader *text, Py_ssize_t start, PyObject **lists)
{
    uint32_t before = at(text, start - 1);
    if (start > 0 && is_space(before)) {
        Py_ssize_t least = start > 12 ? start - 12 : 0, last = start - 1;
        while (last > least && is_space(at(text, last - 1)))
            last--;
        Py_ssize_t word = last;
        while (word > least && !is_space(at(text, word - 1)))
            word--;
        if (last - word >= 3 && is_one_of(text, word, MONTHS) &&
            (push(lists, MONTHS_BEFORE, word) < 0 || push(lists, MONTHS_BEFORE, last) < 0))
            return -1;
        start--;
        before = at(text, start - 1);
    }
    if (is_in(before, SIGNS))
        return push(lists, PAID, start - 1);
    if ((before == 'b' || before == 'y' || before == 'd') && is_one_of(text, start - 3, CODES))
        return push(lists, PAID, start - 3);
    return 0;
}

static int look_around(const Reader *text, Py_ssize_t start, Py_ssize_t end, PyObject **lists)
{
    uint32_t near = at(text, end);
    int is_apart = end < text->size && is_space(near);
    if (look_for_phone(text, start, end, lists) < 0 || look_for_bare(text, start, end, lists) < 0 ||
        look_for_date(text, start, end, is_apart, lists) < 0)
        return -1;
    if (at(text, start - 1) == '#' && push(lists, HASHED, start - 1) < 0)
        return -1;
    if ((near == ',' || near == '.' || begins_unit(text, end + is_apart)) && push(lists, PRICED, start) < 0)
        return -1;
    return look_before(text, start, lists);
}

/* Words that name an order, and how near three digits must stand. */
#define REACH 64
#define MOST_NAMES 64

static const uint32_t NAMES[][10] = {
    {'o', 'r', 'd', 'e', 'r', 0}, {'t', 'r', 'a', 'c', 'k', 'i', 'n', 'g', 0},
    {'p', 'u', 'r', 'c', 'h', 'a', 's', 'e', 0}, {'p', 'a', 'c', 'k', 'a', 'g', 'e', 0},
    {0x8BA2, 0x5355, 0}, {0x5355, 0x53F7, 0}, {0x8FD0, 0x5355, 0}, {0x7F16, 0x53F7, 0}, {0}};

static int begins_with(const Reader *text, Py_ssize_t i, const uint32_t *word)
{
    for (; *word; word++, i++)
        if (at(text, i) != *word)
            return 0;
    return 1;
}

static int is_name(const Reader *text, Py_ssize_t i, uint32_t code)
{
    uint32_t next = text->codes[i + 1];
    if (code < 128 && next != 'r' && next != 'u' && next != 'a')
        return 0;
    for (const uint32_t(*name)[10] = NAMES; (*name)[0]; name++)
        if ((*name)[0] == code && begins_with(text, i, *name))
            return 1;
    return 0;
}

/* The names that wait for a number, and how many. */
typedef struct {
    Py_ssize_t at[MOST_NAMES];
    Py_ssize_t count;
} Waiting;

/* A start and an end, put onto a list; -1 with the error set. */
static int push_span(PyObject *list, Py_ssize_t start, Py_ssize_t end)
{
    PyObject *span = Py_BuildValue("nn", start, end);
    int failed = span == NULL || PyList_Append(list, span) < 0;
    Py_XDECREF(span);
    return failed ? -1 : 0;
}

static Py_ssize_t skip_spaces(const Reader *text, Py_ssize_t i)
{
    while (is_space(at(text, i)))
        i++;
    return i;
}

static inline int is_in_number(uint32_t code)
{
    return code < 128 && (is_digit(code) || is_small(code | 32) || code == '-');
}

#define LEAST_NUMBER 5
#define MOST_NUMBER 30

/* Where an order's number ends that begins here, with three digits in a row; -1 where it is none. */
static Py_ssize_t end_of_number(const Reader *text, Py_ssize_t start)
{
    Py_ssize_t end = start, has_three = 0;
    while (is_in_number(at(text, end)))
        end++;
    if (at(text, start) == '-' || end - start < LEAST_NUMBER || end - start > MOST_NUMBER)
        return -1;
    for (Py_ssize_t i = start; i <= end && !has_three; i++)
        has_three = is_digit(at(text, i)) && is_digit(at(text, i + 1)) && is_digit(at(text, i + 2));
    return has_three ? end : -1;
}

/* A number behind what may stand between it and its name: blanks and one sign or another. */
static int take_behind(const Reader *text, Py_ssize_t i, Py_ssize_t *start, Py_ssize_t *end)
{
    i = skip_spaces(text, i);
    uint32_t code = at(text, i);
    int is_sign = code == 0x662F || code == 0x4E3A || code == ':' || code == 0xFF1A || code == '#' || code == '=';
    Py_ssize_t signs[2] = {is_sign ? 1 : is_like(text, i, "is") ? 2 : 0, 0};
    for (int way = signs[0] ? 0 : 1; way < 2; way++) {
        *start = skip_spaces(text, i + signs[way]);
        if (at(text, *start) == '#')
            *start = skip_spaces(text, *start + 1);
        if ((*end = end_of_number(text, *start)) >= 0)
            return 1;
    }
    return 0;
}

/* The number that the name here names: with "number", "no." or "id" between them, or without. */
static int take_named(const Reader *text, Py_ssize_t i, Py_ssize_t *start, Py_ssize_t *end)
{
    static const char *const betweens[] = {"number", "no.", "no", "id"};
    if (at(text, i) >= 128) {
        int is_order = at(text, i + 1) == 0x5355; /* of the others the last sign is a part */
        return take_behind(text, i + 2 + (is_order && at(text, i + 2) == 0x53F7), start, end);
    }
    int is_order = is_like(text, i, "order"), is_tracking = is_like(text, i, "tracking");
    i += is_order ? 5 : is_tracking ? 8 : is_like(text, i, "purchase") ? 8 : 7;
    Py_ssize_t next = skip_spaces(text, i);
    for (int k = 0; next > i && k < (is_order ? 4 : is_tracking ? 3 : 0); k++)
        if (is_like(text, next, betweens[k]) &&
            take_behind(text, next + (Py_ssize_t)strlen(betweens[k]), start, end))
            return 1;
    return take_behind(text, i, start, end);
}

/* Those names that the number is near enough to may name it; the others wait in vain. */
static int settle(const Reader *text, Waiting *waiting, Py_ssize_t number, PyObject **lists)
{
    for (Py_ssize_t i = 0; i < waiting->count; i++) {
        Py_ssize_t start, end;
        if (number - waiting->at[i] <= REACH && take_named(text, waiting->at[i], &start, &end) &&
            push_span(lists[NAMED], start, end) < 0)
            return -1;
    }
    waiting->count = 0;
    return 0;
}

static void wait_for_number(Waiting *waiting, Py_ssize_t place)
{
    if (waiting->count == MOST_NAMES) /* the first ones are out of reach by now */
        memmove(waiting->at, waiting->at + 1, (size_t)--waiting->count * sizeof *waiting->at);
    waiting->at[waiting->count++] = place;
}

/* What begins a number or a name of an order in ASCII. */
static const uint8_t BEGINS[128] = {
    ['0'] = 1, ['1'] = 1, ['2'] = 1, ['3'] = 1, ['4'] = 1, ['5'] = 1, ['6'] = 1,
    ['7'] = 1, ['8'] = 1, ['9'] = 1, ['o'] = 1, ['t'] = 1, ['p'] = 1,
};

static inline int is_calm(uint32_t code)
{
    return code < 128 && !BEGINS[code];
}

static int find_all(const Reader *text, PyObject **lists)
{
    Waiting waiting = {.count = 0};
    for (Py_ssize_t i = 0; i < text->size;) {
        uint32_t code = text->codes[i];
        if (is_calm(code)) {
            i++;
            continue;
        }
        if (!is_digit(code)) {
            if (is_name(text, i, code))
                wait_for_number(&waiting, i);
            i++;
            continue;
        }
        Py_ssize_t end = i + 1;
        while (is_digit(text->codes[end]))
            end++;
        if (look_around(text, i, end, lists) < 0 || (end - i >= 3 && settle(text, &waiting, i, lists) < 0))
            return -1;
        i = end;
    }
    return 0;
}

PyObject *read_places(PyObject *Py_UNUSED(module), PyObject *string)
{
    Reader text;
    if (codes_open(string, &text) < 0)
        return NULL;
    PyObject *result = PyTuple_New(KINDS), *lists[KINDS];
    for (int kind = 0; result && kind < KINDS; kind++) {
        if ((lists[kind] = PyList_New(0)) == NULL)
            Py_CLEAR(result);
        else
            PyTuple_SET_ITEM(result, kind, lists[kind]);
    }
    if (result && find_all(&text, lists) < 0)
        Py_CLEAR(result);
    codes_close(&text);
    return result;
}

/* ---- times in English -------------------------------------------------------------------------- */

static const uint32_t TIMES[][10] = {
    {'d', 'a', 'y', 0}, {'w', 'e', 'e', 'k', 0}, {'m', 'o', 'n', 't', 'h', 0}, {'h', 'o', 'u', 'r', 0},
    {'y', 'e', 'a', 'r', 0}, {'t', 'o', 'n', 'i', 'g', 'h', 't', 0},
    {'t', 'o', 'm', 'o', 'r', 'r', 'o', 'w', 0}, {'c', 'h', 'r', 'i', 's', 't', 'm', 'a', 's', 0}, {0}};

/* What the words begin with that a time can begin with. */
static const char STARTS[][10] = {"a ", "black", "by ", "christmas", "day ", "fi", "four", "fri", "in ", "last", "mon",
                                  "next", "on ", "one", "satur", "seven", "six", "sun", "ten", "this", "three",
                                  "thurs", "today", "tomorrow", "tonight", "tue", "two", "wednes", "yesterday", ""};

#define WORDS_BACK 3
#define MOST_STARTS 1024

static int is_time(const Reader *text, Py_ssize_t i, uint32_t code)
{
    uint32_t next = text->codes[i + 1];
    if (next != 'a' && next != 'e' && next != 'o' && next != 'h')
        return 0;
    for (const uint32_t(*word)[10] = TIMES; (*word)[0]; word++)
        if ((*word)[0] == code && begins_with(text, i, *word))
            return 1;
    return 0;
}

/* Whether a word for times can begin with this letter. */
static inline int may_be_time(uint32_t code)
{
    const uint32_t letters = 1U << ('d' - 'a') | 1U << ('w' - 'a') | 1U << ('m' - 'a') | 1U << ('h' - 'a') |
                             1U << ('y' - 'a') | 1U << ('t' - 'a') | 1U << ('c' - 'a');
    return code - 'a' < 26 && letters >> (code - 'a') & 1;
}

static int is_break(uint32_t code)
{
    return code == ' ' || code == '\n';
}

static int begins_like(const Reader *text, Py_ssize_t i, const char *word)
{
    for (; *word; word++, i++)
        if ((at(text, i) == '\n' ? ' ' : at(text, i)) != (unsigned char)*word)
            return 0;
    return 1;
}

static int can_begin(const Reader *text, Py_ssize_t i)
{
    if (is_digit(at(text, i)))
        return 1;
    for (const char(*start)[10] = STARTS; (*start)[0]; start++)
        if (at(text, i) == (unsigned char)(*start)[0] && begins_like(text, i, *start))
            return 1;
    return 0;
}

static inline int is_word(uint32_t code)
{
    return code < 128 ? is_digit(code) || is_small(code | 32) || code == '_' : Py_UNICODE_ISALNUM(code);
}

/* The word or the digits that begin here and end where a word ends: how long they are; 0 where they do not. */
static Py_ssize_t length_of(const Reader *text, Py_ssize_t i)
{
    Py_ssize_t end = i;
    if (is_digit(at(text, i)))
        while (is_digit(at(text, end)))
            end++;
    else
        while (is_small(at(text, end)))
            end++;
    return is_word(at(text, end)) ? 0 : end - i;
}

/* Whether these code points are one of the words, which end with an empty one. */
static int is_one(const Reader *text, Py_ssize_t i, Py_ssize_t length, const char *const *words)
{
    for (; **words; words++)
        if ((Py_ssize_t)strlen(*words) == length && is_like(text, i, *words))
            return 1;
    return 0;
}

static const char *const DAYS[] = {"monday", "tueday", "tuesday", "wednesday", "thurday", "thursday",
                                   "friday", "saturday", "sunday", ""};
static const char *const ALONE[] = {"today", "tonight", "tomorrow", "yesterday", "christmas", ""};
static const char *const LEADS[] = {"next", "last", "this", "on", "by", ""};
static const char *const SPANS[] = {"week", "weekend", "month", "year", ""};
static const char *const COUNTS[] = {"one", "two", "three", "four", "five", "six", "seven", "ten", "a", ""};
static const char *const FEW_COUNTS[] = {"one", "two", "three", "a", ""};
static const char *const PERIODS[] = {"day", "days", "week", "weeks", "hour", "hours", "month", "months", ""};
#define WITHOUT_MONTHS 6

static int is_count(const Reader *text, Py_ssize_t i, Py_ssize_t length, const char *const *counts)
{
    return length && (is_digit(at(text, i)) || is_one(text, i, length, counts));
}

/* Where the next word begins behind blanks, of which there must be one; -1 otherwise. */
static Py_ssize_t next_word(const Reader *text, Py_ssize_t i)
{
    Py_ssize_t next = skip_spaces(text, i);
    return next > i ? next : -1;
}

/* "day after tomorrow" and "black friday" are written with one space. */
static Py_ssize_t end_of_phrase(const Reader *text, Py_ssize_t i)
{
    static const char *const phrases[] = {"day after tomorrow", "day before yesterday", "black friday", ""};
    for (const char *const *phrase = phrases; **phrase; phrase++)
        if (is_like(text, i, *phrase)) {
            Py_ssize_t end = i + (Py_ssize_t)strlen(*phrase);
            return is_word(at(text, end)) ? -1 : end;
        }
    return -1;
}

/* Where the time in English ends that begins here; -1 where there is none. */
static Py_ssize_t end_of_time(const Reader *text, Py_ssize_t i)
{
    Py_ssize_t length = length_of(text, i);
    if (is_word(at(text, i - 1)) || length == 0)
        return -1;
    if (is_one(text, i, length, DAYS) || is_one(text, i, length, ALONE))
        return i + length;
    Py_ssize_t next = next_word(text, i + length);
    if (next < 0)
        return -1;
    Py_ssize_t after = length_of(text, next);
    if (is_one(text, i, length, LEADS))
        return is_one(text, next, after, DAYS) || is_one(text, next, after, SPANS) ? next + after : -1;
    int is_ahead = length == 2 && is_like(text, i, "in");
    if (is_ahead) {
        if (!is_count(text, next, after, FEW_COUNTS) || (next = next_word(text, next + after)) < 0)
            return -1;
        after = length_of(text, next);
    } else if (!is_count(text, i, length, COUNTS))
        return end_of_phrase(text, i);
    for (int k = 0; k < (is_ahead ? WITHOUT_MONTHS : WITHOUT_MONTHS + 2); k++) {
        if ((Py_ssize_t)strlen(PERIODS[k]) != after || !is_like(text, next, PERIODS[k]))
            continue;
        if (is_ahead)
            return next + after;
        next = next_word(text, next + after);
        return next >= 0 && length_of(text, next) == 3 && is_like(text, next, "ago") ? next + 3 : -1;
    }
    return -1;
}

/* Put a place among those found, in order and once. */
static void insert(Py_ssize_t *starts, Py_ssize_t *count, Py_ssize_t place)
{
    Py_ssize_t at = *count;
    while (at > 0 && starts[at - 1] > place)
        at--;
    if ((at > 0 && starts[at - 1] == place) || *count == MOST_STARTS)
        return;
    memmove(starts + at + 1, starts + at, (size_t)(*count - at) * sizeof *starts);
    starts[at] = place;
    ++*count;
}

/* The starts of a word for times and of the words before it from which a time can be told. */
static void look_back(const Reader *text, Py_ssize_t from, Py_ssize_t *starts, Py_ssize_t *count)
{
    for (Py_ssize_t back = 0; back < WORDS_BACK; back++) {
        Py_ssize_t start = from, first;
        while (start > 0 && !is_break(at(text, start - 1)))
            start--;
        /* What is no letter or digit stands before the word, not in it. */
        for (first = start; first < text->size && !Py_UNICODE_ISALNUM(at(text, first)); first++)
            ;
        if (can_begin(text, first))
            insert(starts, count, first);
        if (start < 2)
            break;
        from = start - 1;
    }
}

/* The times of a part of a text that begins `from` characters into it, onto the list. */
static int push_times(const Reader *part, Py_ssize_t from, PyObject *found)
{
    Py_ssize_t starts[MOST_STARTS], count = 0;
    for (Py_ssize_t i = 0; i < part->size; i++)
        if (may_be_time(part->codes[i]) && is_time(part, i, part->codes[i]))
            look_back(part, i, starts, &count);
    for (Py_ssize_t i = 0; i < count; i++) {
        Py_ssize_t end = end_of_time(part, starts[i]);
        if (end >= 0 && push_span(found, from + starts[i], from + end) < 0)
            return -1;
    }
    return 0;
}

/* Of a longer text than `most` only the head and the tail, each as if it stood alone. */
static int push_parts(Reader *text, Py_ssize_t most, PyObject *found)
{
    Py_ssize_t half = most / 2, from = text->size - half;
    uint32_t *codes = text->room + MARGIN;
    if (text->size <= most)
        return push_times(text, 0, found);
    uint32_t behind[MARGIN];
    memcpy(behind, codes + half, sizeof behind);
    memset(codes + half, 0, sizeof behind);
    if (push_times(&(Reader){codes, half, NULL}, 0, found) < 0)
        return -1;
    memcpy(codes + half, behind, sizeof behind);
    memset(codes + from - MARGIN, 0, sizeof behind);
    return push_times(&(Reader){codes + from, half, NULL}, from, found);
}

PyObject *read_times(PyObject *Py_UNUSED(module), PyObject *const *args, Py_ssize_t nargs)
{
    Reader text;
    if (nargs != 2)
        return PyErr_Format(PyExc_TypeError, "times takes a text and how much of it is read");
    Py_ssize_t most = PyLong_AsSsize_t(args[1]);
    if (most < 2 * MARGIN)
        return PyErr_Occurred() ? NULL
                                : PyErr_Format(PyExc_ValueError, "%d characters are read at least", 2 * MARGIN);
    if (codes_open(args[0], &text) < 0)
        return NULL;
    PyObject *found = PyList_New(0);
    if (found && push_parts(&text, most, found) < 0)
        Py_CLEAR(found);
    codes_close(&text);
    return found;
}
