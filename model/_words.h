/* Words of a text, one after another, as scikit-learn's default pattern finds them in the
 * lower-cased text: runs of two or more of \w, with every decimal digit folded to 0.
 *
 * Lower-casing goes by Python's own tables, one code point at a time. That is what str.lower() does
 * but for U+0130, whose lower case is two code points, and U+03A3, whose lower case depends on its
 * neighbours: a text with either is lower-cased by its caller first (words_need_lower).
 */
#ifndef COPYTASTER_WORDS_H
#define COPYTASTER_WORDS_H

#include <Python.h>
#include <stdint.h>

typedef struct {
    Py_ssize_t start;  /* first code point */
    Py_ssize_t end;    /* one after the last */
    uint64_t hash;     /* of the normalised code points */
} Word;

/* The normalised code point of each one below 256, 0 where it is not part of a word. */
static uint8_t words_low[256];

/* Return the normalised code point, 0 for one that is not part of a word. */
static inline Py_UCS4 words_fold(Py_UCS4 c)
{
    if (c < 256)
        return words_low[c];
    if (c - 0x2000 < 0x70)  /* dashes, quotation marks, spaces: the usual ones beyond Latin-1 */
        return 0;
    c = Py_UNICODE_TOLOWER(c);
    if (Py_UNICODE_ISDECIMAL(c))
        return '0';
    return Py_UNICODE_ISALNUM(c) ? c : 0;
}

static void words_prepare(void)
{
    for (Py_UCS4 c = 0; c < 256; c++) {
        Py_UCS4 lower = Py_UNICODE_TOLOWER(c);
        if (Py_UNICODE_ISDECIMAL(lower))
            lower = '0';
        else if (!Py_UNICODE_ISALNUM(lower) && lower != '_')
            lower = 0;
        words_low[c] = (uint8_t)lower;
    }
}

static inline uint64_t words_mix(uint64_t hash, Py_UCS4 c)
{
    return (hash ^ c) * UINT64_C(0x9E3779B97F4A7C15);
}

/* Spread what the last code points did to the high bits over the low ones too. */
static inline uint64_t words_finish(uint64_t hash)
{
    hash ^= hash >> 32;
    hash *= UINT64_C(0xD6E8FEB86659FD93);
    return hash ^ (hash >> 29);
}

/* Return the hash of two words, one after the other. */
static inline uint64_t words_pair(uint64_t first, uint64_t second)
{
    return words_finish((first << 21 | first >> 43) * UINT64_C(0xC2B2AE3D27D4EB4F) + second);
}

/* Return the normalised code point; with *figures*, digits as they stand. */
static inline __attribute__((always_inline)) Py_UCS4
words_read(const int kind, const int figures, const void *data, Py_ssize_t at)
{
    const Py_UCS4 c = PyUnicode_READ(kind, data, at), folded = words_fold(c);
    return figures && folded == '0' ? c : folded;
}

static inline __attribute__((always_inline)) int
words_scan(const int kind, const int figures, const void *data, Py_ssize_t length, Py_ssize_t at,
           Word *word)
{
    for (;;) {
        Py_UCS4 c = 0;
        while (at < length && (c = words_read(kind, figures, data, at)) == 0)
            at++;
        if (at >= length)
            return 0;
        Py_ssize_t start = at;
        uint64_t hash = 0;
        do {
            hash = words_mix(hash, c);
            at++;
        } while (at < length && (c = words_read(kind, figures, data, at)) != 0);
        if (at - start > 1) {
            word->start = start;
            word->end = at;
            word->hash = words_finish(hash);
            return 1;
        }
    }
}

static inline __attribute__((always_inline)) int
words_any(int kind, const int figures, const void *data, Py_ssize_t length, Py_ssize_t at,
          Word *word)
{
    if (kind == PyUnicode_1BYTE_KIND)
        return words_scan(PyUnicode_1BYTE_KIND, figures, data, length, at, word);
    if (kind == PyUnicode_2BYTE_KIND)
        return words_scan(PyUnicode_2BYTE_KIND, figures, data, length, at, word);
    return words_scan(PyUnicode_4BYTE_KIND, figures, data, length, at, word);
}

/* Find the first word at or after *at*; return 0 where there is none. Needs no GIL. */
static inline int
words_next(int kind, const void *data, Py_ssize_t length, Py_ssize_t at, Word *word)
{
    return words_any(kind, 0, data, length, at, word);
}

/* The same, but a word's hash is of its digits as they stand. */
static inline int
words_next_literal(int kind, const void *data, Py_ssize_t length, Py_ssize_t at, Word *word)
{
    return words_any(kind, 1, data, length, at, word);
}

/* Return whether the text holds a code point whose lower case is not one by one. */
static int words_need_lower(int kind, const void *data, Py_ssize_t length)
{
    unsigned found = 0;  /* no early end, so that it runs many code points at a time */
    if (kind == PyUnicode_2BYTE_KIND) {
        const Py_UCS2 *text = data;
        for (Py_ssize_t at = 0; at < length; at++)
            found |= (text[at] == 0x130) | (text[at] == 0x3A3);
    } else if (kind == PyUnicode_4BYTE_KIND) {
        const Py_UCS4 *text = data;
        for (Py_ssize_t at = 0; at < length; at++)
            found |= (text[at] == 0x130) | (text[at] == 0x3A3);
    }
    return found != 0;
}

#endif
