/* Strings of JSON, from UTF-8 to code points of one width. Nothing here needs the GIL.
 *
 * A string is odd where it is not plainly JSON: no end, a control character, an escape that JSON
 * does not have, half of a surrogate pair, bytes that are not UTF-8. Others then say what is wrong.
 */
#ifndef COPYTASTER_STRINGS_H
#define COPYTASTER_STRINGS_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define STRINGS_EVERY(byte) (UINT64_C(0x0101010101010101) * (byte))
#define STRINGS_HIGH STRINGS_EVERY(0x80)

/* Return the high bit of each byte that is a quotation mark, a backslash, below 32 or above 127.
 * The lowest that is set is right; one above it may be set in error, by what was borrowed. */
static inline uint64_t strings_special(uint64_t eight)
{
    const uint64_t quote = eight ^ STRINGS_EVERY('"'), backslash = eight ^ STRINGS_EVERY('\\');
    const uint64_t found = ((quote - STRINGS_EVERY(1)) & ~quote)
        | ((backslash - STRINGS_EVERY(1)) & ~backslash) | ((eight - STRINGS_EVERY(32)) & ~eight);
    return (found | eight) & STRINGS_HIGH;
}

static inline __attribute__((always_inline)) void
strings_put(const int kind, void *to, size_t at, uint32_t c)
{
    if (kind == 1)
        ((uint8_t *)to)[at] = (uint8_t)c;
    else if (kind == 2)
        ((uint16_t *)to)[at] = (uint16_t)c;
    else
        ((uint32_t *)to)[at] = c;
}

/* Return the four hexadecimal digits' value, or one that is too large. */
static inline uint32_t strings_hex(const uint8_t *at, const uint8_t *end)
{
    uint32_t value = 0;
    if (end - at < 4)
        return UINT32_MAX;
    for (int place = 0; place < 4; place++) {
        const uint32_t c = at[place], letter = c | 0x20;
        if (c - '0' < 10)
            value = value << 4 | (c - '0');
        else if (letter - 'a' < 6)
            value = value << 4 | (letter - 'a' + 10);
        else
            return UINT32_MAX;
    }
    return value;
}

/* Read what follows a backslash; return where it ends, NULL where it is odd. */
static const uint8_t *strings_escape(const uint8_t *at, const uint8_t *end, uint32_t *c)
{
    static const char letters[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
    if (at == end)
        return NULL;
    if (*at != 'u') {
        const char *found = *at ? strchr(letters, *at) : NULL;
        if (found == NULL)
            return NULL;
        *c = (uint8_t)meant[found - letters];
        return at + 1;
    }
    *c = strings_hex(at + 1, end);
    if (*c > 0xFFFF)
        return NULL;
    at += 5;
    if (*c - 0xD800 >= 0x800)
        return at;
    if (*c >= 0xDC00 || end - at < 6 || at[0] != '\\' || at[1] != 'u')
        return NULL;
    const uint32_t low = strings_hex(at + 2, end) - 0xDC00;
    if (low >= 0x400)
        return NULL;
    *c = 0x10000 + ((*c - 0xD800) << 10 | low);
    return at + 6;
}

/* Read one code point above 127; return where it ends, NULL where it is not UTF-8. */
static const uint8_t *strings_beyond_ascii(const uint8_t *at, const uint8_t *end, uint32_t *c)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    const uint32_t first = *at;
    const int n = first < 0xC0 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF8 ? 4 : 0;
    if (n == 0 || end - at < n)
        return NULL;
    *c = first & (0x7Fu >> n);
    for (int place = 1; place < n; place++) {
        if ((at[place] & 0xC0) != 0x80)
            return NULL;
        *c = *c << 6 | (at[place] & 0x3F);
    }
    return *c < least[n] || *c > 0x10FFFF || *c - 0xD800 < 0x800 ? NULL : at + n;
}

static inline __attribute__((always_inline)) const uint8_t *
strings_decode(const int kind, const uint8_t *at, const uint8_t *end, void *to, size_t *length,
               int *wider)
{
    const uint32_t most = kind == 1 ? 0xFF : kind == 2 ? 0xFFFF : 0x10FFFF;
    size_t n = 0;
    for (;;) {
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
        while (end - at >= 8) {
            uint64_t eight;
            memcpy(&eight, at, 8);
            for (int place = 0; place < 8; place++)  /* too many do no harm: there is room */
                strings_put(kind, to, n + place, (uint8_t)(eight >> 8 * place));
            const uint64_t special = strings_special(eight);
            const int plain = special ? __builtin_ctzll(special) >> 3 : 8;
            at += plain;
            n += plain;
            if (special)
                break;
        }
#endif
        if (at == end)
            return NULL;
        uint32_t c = *at;
        if (c == '"') {
            *length = n;
            return at + 1;
        }
        if (c < 32)
            return NULL;
        at = c == '\\' ? strings_escape(at + 1, end, &c)
            : c < 128 ? at + 1 : strings_beyond_ascii(at, end, &c);
        if (at == NULL)
            return NULL;
        if (c > most) {
            *wider = c > 0xFFFF ? 4 : 2;
            return NULL;
        }
        strings_put(kind, to, n++, c);
    }
}

/* Decode a string whose opening quotation mark stands before *at*.
 *
 * Returns where it ends, behind the closing one; NULL where it is odd, or has code points for which
 * *kind* is too narrow: *wider* then is the bytes that one needs. There must be room for as many
 * code points as there are bytes up to *end*, and eight more.
 */
static inline const uint8_t *
strings_read(int kind, const uint8_t *at, const uint8_t *end, void *to, size_t *length, int *wider)
{
    *wider = 0;
    if (kind == 1)
        return strings_decode(1, at, end, to, length, wider);
    if (kind == 2)
        return strings_decode(2, at, end, to, length, wider);
    return strings_decode(4, at, end, to, length, wider);
}

#endif
