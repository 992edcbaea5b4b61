/* What the parts of the cues' loops share, see cues.c. */
#ifndef POINTSMAN_CUES_H
#define POINTSMAN_CUES_H

#include "native.h"
#include <string.h>

#define MOST_KINDS 64
#define MOST_CHARS 320 /* of a longer text the head and the tail are searched, each half of this */
#define EDGE 4         /* zeros before and behind a text, so that no neighbour has to be asked for */
#define MOST_CUES 1024 /* a character begins two or three at most, and few begin any */
#define MOST_HASHES 4096
#define MOST_IN_ORDER 24 /* cues after so many no longer count for what stands before what */
#define MOST_AMOUNTS 8  /* amounts after so many no longer count */
#define MOST_STEPS 16
#define NONE 0xFF
#define LETTERS 26

enum { LETTERED = 1, ONE_WORD = 2, PLAIN = 4, NUMBER = 8, DENIES = 16, MARKED = 32, AMOUNT = 64 };

/* Words as a tree of characters, laid out level by level: a node's children stand side by side, in the
 * order of their characters, and what is walked most lies close together. */
typedef struct {
    uint32_t *codes;   /* the character that leads to each node */
    uint32_t *firsts;  /* of each node's children; they end where the next node's begin */
    uint32_t *accepts; /* the pattern that ends at each node, plus one */
    uint16_t *roots;   /* the node that each character of the basic plane leads to from the root */
    uint32_t pairs[LETTERS][LETTERS]; /* the node that two small letters lead to from the root */
} Trie;

typedef struct {
    uint32_t first, count; /* its kinds in `kinds_of` */
    uint8_t flags;
} Pattern;

typedef struct {
    uint8_t kind;
    Py_ssize_t start, end;
} Cue;

typedef struct {
    const uint32_t *codes; /* with zeros before and behind */
    Py_ssize_t size;
} Text;

/* A word that counts something after a number, and what kind of cue the two make. */
typedef struct {
    uint32_t codes[16];
    Py_ssize_t size;
    uint8_t kind;
} Unit;

enum { NOT, AGAIN, COUNT, SHORT, LONG, WONDER, BANG, DOTS, QUOTED, SPECIALS };

/* Lists of kinds: those of the core, words of will, outcomes, and the special ones above. */
enum { CORE, WILL, OUTCOMES, SPECIAL, LISTS };

typedef struct {
    uint8_t of[MOST_KINDS];
    Py_ssize_t count;
} Kinds;

/* A word that amounts are made of, by what it does; words of one role stand together. */
enum { NUMERAL, CARDINAL, ORDINAL, FILLER, UNIT_EN, UNIT_ZH, ROLES };

typedef struct {
    uint64_t key; /* its letters, five bits each, or its characters, sixteen each */
    int64_t worth;
    uint8_t kind; /* of a unit */
} Measure;

#define AMOUNT_KINDS 6

/* Where the classes of one kind of amount begin. */
typedef struct {
    int64_t of[MOST_STEPS];
    int count;
    char name;
} Steps;

typedef struct {
    uint8_t kind, level;
    uint32_t letter; /* the first letter of what is counted; 0 for none */
    Py_ssize_t start, end, before, before_end, after, after_end;
    int64_t seconds; /* twice the length of a stretch of time */
} Amount;

typedef struct {
    PyObject_HEAD
    Trie trie;
    Pattern *patterns;
    uint8_t *kinds_of;
    Unit *units;
    Py_ssize_t unit_count;
    PyObject *names; /* of the kinds */
    const char *name[MOST_KINDS];
    Py_ssize_t name_size[MOST_KINDS], kinds;
    uint8_t turned[MOST_KINDS]; /* what a kind becomes when it is denied; NONE for nothing */
    int8_t weights[MOST_KINDS];
    Kinds lists[LISTS];
    uint32_t view;
    uint32_t crc[256];
    Measure *measures;
    Py_ssize_t roles[ROLES + 1]; /* where each role's words begin */
    uint8_t numerals[256]; /* the place, plus one, of the numeral whose code ends in each byte */
    uint8_t hints[ROLES][256]; /* whether a role has a word of such a first character and length */
    Steps steps[AMOUNT_KINDS];
    uint32_t room[EDGE + MOST_CHARS + 1 + EDGE]; /* scratch: the text */
    uint32_t typed[EDGE + MOST_CHARS + 1 + EDGE]; /* scratch: the text as it was typed */
    Amount amounts[MOST_AMOUNTS];
    int amounts_found;
    Cue cues[MOST_CUES];
    Py_ssize_t found;
    uint32_t hashes[MOST_HASHES];
    Py_ssize_t hashed;
} Cues;

/* Building a `Cues` of what Python hands over, see cues_build.c; -1 with the error set. */
int cues_take(Cues *self, PyObject *args, PyObject *kwargs);

/* Every cue of a text, those that are denied turned around, see cues_find.c. */
void cues_find_all(Cues *self, const Text *text);

/* Every amount of a text that is in lower case but otherwise as it was typed, see cues_amounts.c. */
void cues_find_amounts(Cues *self, const Text *text);

/* What a word of amounts is looked up by; 0 for one that is too long. */
uint64_t amounts_key(const uint32_t *codes, Py_ssize_t size);

static inline uint8_t amounts_hint(uint32_t first, Py_ssize_t size)
{
    return (uint8_t)(first + 37 * (uint32_t)size);
}

/* The node that a character leads to from another; 0 where it leads nowhere. */
static inline uint32_t step(const Trie *trie, uint32_t node, uint32_t code)
{
    if (node == 0 && code < 1 << 16)
        return trie->roots[code];
    for (uint32_t child = trie->firsts[node]; child < trie->firsts[node + 1]; child++)
        if (trie->codes[child] >= code)
            return trie->codes[child] == code ? child : 0;
    return 0;
}

#endif
