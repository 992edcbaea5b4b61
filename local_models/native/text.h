/* What the loops share that count in a text: its code points, its words, its signs. */
#ifndef POINTSMAN_TEXT_H
#define POINTSMAN_TEXT_H

#include "native.h"

/* A text in whole code points with MARGIN zeros before it and behind: nothing that looks at a neighbour
 * has to ask whether there is one. */
typedef struct {
    const uint32_t *codes;
    Py_ssize_t size;
    uint32_t *room;
} Codes;

#define MARGIN 8

/* -1 with the error set where it is no text. */
int codes_open(PyObject *string, Codes *text);
void codes_close(Codes *text);

static inline int is_digit(uint32_t code)
{
    return code < 128 ? code - '0' < 10 : Py_UNICODE_ISDECIMAL(code);
}

static inline int is_small(uint32_t code)
{
    return code - 'a' < 26;
}

static inline int is_space(uint32_t code)
{
    return code < 128 ? code == ' ' || code - 9 < 5 || code - 0x1C < 4 : Py_UNICODE_ISSPACE(code);
}

/* Whether the text reads so from a place on; nothing stands behind its end. */
static inline int reads(const Codes *text, Py_ssize_t i, const char *word)
{
    for (; *word; word++, i++)
        if (text->codes[i] != (unsigned char)*word)
            return 0;
    return 1;
}

static inline Py_ssize_t skip_spaces(const Codes *text, Py_ssize_t i)
{
    while (is_space(text->codes[i]))
        i++;
    return i;
}

/* A place, put onto a list; -1 with the error set. */
int push_place(PyObject *list, Py_ssize_t place);

/* FNV-1a, then mixed: the low bits choose a place in a table. */
static inline uint64_t begin_hash(void)
{
    return 0xCBF29CE484222325ULL;
}

static inline uint64_t add_to_hash(uint64_t hash, uint32_t code)
{
    return (hash ^ code) * 0x100000001B3ULL;
}

static inline uint64_t end_hash(uint64_t hash)
{
    hash ^= hash >> 32;
    hash *= 0x9E3779B97F4A7C15ULL;
    return hash ^ hash >> 29;
}

/* Things seen, by hash, counted once each; a text is too short for two of them to share one. */
#define FIRST_ROOM 64
typedef struct {
    uint64_t *seen;
    uint64_t first[FIRST_ROOM];
    size_t mask;
    Py_ssize_t count;
} Set;

void set_open(Set *set);
void set_close(Set *set);

/* -1 without memory, but with no error set. */
int set_add(Set *set, uint64_t hash);

/* What stands in a text besides its words, see signs.py. */
typedef struct {
    uint32_t census[128];
    Py_ssize_t capitals, han, foreign, numbers, distinct_numbers, decimals, thousands, fractions, names,
        sentences, last_start, last_end;
    double largest;
    Py_ssize_t angles, triangles, circles, drawings; /* of these only traits.py wants to know */
    int has_blank, has_indent;
} Signs;

/* -1 with the error set. */
int signs_read(const Codes *text, Signs *signs);

/* The words of a text, see words.py. */
#define MOST_GROUPS 64
typedef struct {
    Py_ssize_t words, letters, long_words, distinct;
    uint32_t in_group[MOST_GROUPS];
} WordCounts;

/* Counts the words of code points by the groups of `words`, which must be a Words; the code point behind
 * the last one must be in no word. Each word's hash is written to `hashes` where there is one, with room
 * for as many as code points. -1 with the error set. */
int words_count(PyObject *words, const uint32_t *codes, Py_ssize_t size, WordCounts *counts,
                uint64_t *hashes);

/* The fields of `words.WordCount`. */
PyObject *words_told(const WordCounts *counts);

#endif
