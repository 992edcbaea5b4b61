/* Where the numbers of a text stand, and what each may be: the loop of entities.py, which says what
 * the places are for. */
#include "text.h"
#include <string.h>

static INLINE uint32_t at(const Codes *text, Py_ssize_t i)
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
static const uint32_t UNIT_STARTS[] = {0x5143, 0x5757, 0x6BDB, 0x89D2, 0x4E07, 0x7F8E, 0x4EBA, 0x5343,
                                       0x767E, 0x6B27, 0x82F1, 0x65E5, 0x6E2F, 0x20AC, 0xA3, 0};
static const char UNITS[][8] = {"dollar", "buck", "usd", "rmb", "yuan", "euro", "pound", "cent", ""};
static const uint32_t SIGNS[] = {0xA5, 0xFFE5, '$', 0x20AC, 0xA3, 0};

static int is_one_of(const Codes *text, Py_ssize_t i, const char (*words)[4])
{
    for (; (*words)[0]; words++)
        if (at(text, i) == (uint32_t)(*words)[0] && at(text, i + 1) == (uint32_t)(*words)[1] &&
            at(text, i + 2) == (uint32_t)(*words)[2])
            return 1;
    return 0;
}

static int begins_unit(const Codes *text, Py_ssize_t i)
{
    if (is_in(at(text, i), UNIT_STARTS))
        return 1;
    for (const char(*unit)[8] = UNITS; (*unit)[0]; unit++)
        if (reads(text, i, *unit))
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
static int look_for_phone(const Codes *text, Py_ssize_t start, Py_ssize_t end, PyObject **lists)
{
    if (end - start < 10 && !is_any_digit(at(text, end + 1)) && !is_any_digit(at(text, end + 2)))
        return 0;
    uint32_t before = at(text, start - 1);
    if ((before == '+' || before == '(') && push(lists, PHONES, start - 1) < 0)
        return -1;
    return push(lists, PHONES, start);
}

/* Two to four letters with eight digits, or twelve digits. */
static int look_for_bare(const Codes *text, Py_ssize_t start, Py_ssize_t end, PyObject **lists)
{
    Py_ssize_t first = start;
    if (end - start < 8)
        return 0;
    while (first > 0 && start - first < 4 && is_small(at(text, first - 1)))
        first--;
    return start - first >= 2 || end - start >= 12 ? push(lists, BARE, first) : 0;
}

/* The last digits of a longer run can be a year, a month or a day. */
static int look_for_date(const Codes *text, Py_ssize_t start, Py_ssize_t end, int is_apart,
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
static int look_before(const Codes *text, Py_ssize_t start, PyObject **lists)
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

static int look_around(const Codes *text, Py_ssize_t start, Py_ssize_t end, PyObject **lists)
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

static int begins_with(const Codes *text, Py_ssize_t i, const uint32_t *word)
{
    for (; *word; word++, i++)
        if (at(text, i) != *word)
            return 0;
    return 1;
}

static int is_name(const Codes *text, Py_ssize_t i, uint32_t code)
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

static inline int is_in_number(uint32_t code)
{
    return code < 128 && (is_digit(code) || is_small(code | 32) || code == '-');
}

#define LEAST_NUMBER 5
#define MOST_NUMBER 30

/* Where an order's number ends that begins here, with three digits in a row; -1 where it is none. */
static Py_ssize_t end_of_number(const Codes *text, Py_ssize_t start)
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

/* A number behind what may stand between it and its name: a word, blanks and one sign or another. */
static int take_behind(const Codes *text, Py_ssize_t i, Py_ssize_t *start, Py_ssize_t *end)
{
    i = skip_spaces(text, i);
    int is_verb = at(text, i) == 0x662F || at(text, i) == 0x4E3A;
    Py_ssize_t words[2] = {is_verb ? 1 : reads(text, i, "is") ? 2 : 0, 0};
    for (int way = words[0] ? 0 : 1; way < 2; way++) {
        *start = skip_spaces(text, i + words[way]);
        uint32_t code = at(text, *start);
        if (code == ':' || code == 0xFF1A || code == '=' || code == '#')
            *start = skip_spaces(text, *start + 1);
        if (at(text, *start) == '#')
            *start = skip_spaces(text, *start + 1);
        if ((*end = end_of_number(text, *start)) >= 0)
            return 1;
    }
    return 0;
}

/* Behind a name in Chinese, and the signs that may end it. */
static Py_ssize_t end_of_name(const Codes *text, Py_ssize_t i)
{
    int is_order = at(text, i + 1) == 0x5355, is_number = at(text, i) == 0x5355;
    i += 2;
    if (is_order && at(text, i) == 0x53F7) {
        i++;
        is_number = 1;
    }
    return i + (is_number && at(text, i) == 0x7801);
}

/* The number that the name here names: with "number", "no.", "id" and the like between them, or without. */
static int take_named(const Codes *text, Py_ssize_t i, Py_ssize_t *start, Py_ssize_t *end)
{
    static const char *const betweens[] = {"no.", "number", "num", "nr", "no", "id", "reference", "ref", "code", ""};
    if (at(text, i) >= 128)
        return take_behind(text, end_of_name(text, i), start, end);
    int is_order = reads(text, i, "order"), is_tracking = reads(text, i, "tracking");
    i += is_order ? 5 : is_tracking || reads(text, i, "purchase") ? 8 : 7;
    if (is_order && reads(text, i, "'s"))
        i += 2;
    Py_ssize_t next = skip_spaces(text, i);
    if (next > i && (is_order || is_tracking))
        for (const char *const *between = betweens; **between; between++) {
            Py_ssize_t behind = next + (Py_ssize_t)strlen(*between);
            int is_whole = between == betweens || !is_small(at(text, behind)); /* "no." may stand close */
            if (is_whole && reads(text, next, *between) && take_behind(text, behind, start, end))
                return 1;
        }
    return take_behind(text, i, start, end);
}

/* Those names that the number is near enough to may name it; the others wait in vain. */
static int settle(const Codes *text, Waiting *waiting, Py_ssize_t number, PyObject **lists)
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

static int find_all(const Codes *text, PyObject **lists)
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
    Codes text;
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
