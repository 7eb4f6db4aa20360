/* Sums of rows of half-precision floats, in single precision. */
#ifndef COPYTASTER_HALVES_H
#define COPYTASTER_HALVES_H

#include <Python.h>
#include <stdint.h>
#include <string.h>

/* Return the value of a finite half: its bits moved to a float's places, and its exponent's bias
 * changed by a product, which is exact and does the subnormal ones too. */
static inline float halves_value(uint16_t half)
{
    const uint32_t magnitude = (uint32_t)(half & 0x7FFF) << 13;
    const uint32_t sign = (uint32_t)(half & 0x8000) << 16;
    float value;
    uint32_t bits;
    memcpy(&value, &magnitude, sizeof value);
    value *= 0x1p112f;
    memcpy(&bits, &value, sizeof bits);
    bits |= sign;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* Add *times* each half of a row to the sums. */
static inline void
halves_add(float *restrict sums, const uint16_t *restrict row, Py_ssize_t n, float times)
{
    for (Py_ssize_t at = 0; at < n; at++)
        sums[at] += times * halves_value(row[at]);
}

#endif
