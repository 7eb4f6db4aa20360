/* Sums of rows of int8 weights, in single precision.
 *
 * Every column is summed in the order of the rows, each product rounded before it is added, so that
 * narrow and wide registers give the same.
 */
#ifndef COPYTASTER_ROWS_H
#define COPYTASTER_ROWS_H

#include <stddef.h>
#include <stdint.h>

/* Rows are padded to a multiple of so many columns. */
#define ROWS_STEP 32
/* Rows that are longer than so many bytes are fetched so many rows ahead. */
#define ROWS_LONG 256
#define ROWS_AHEAD 8

static inline void rows_fetch(const int8_t *from, size_t width, const uint32_t *rows, size_t k,
                              size_t n)
{
    if (width > ROWS_LONG && k + ROWS_AHEAD < n)
        __builtin_prefetch(from + (size_t)rows[k + ROWS_AHEAD] * width);
}

static void rows_add_plain(float *sums, const int8_t *weights, size_t width, const uint32_t *rows,
                           const float *factors, size_t n, float by)
{
    for (size_t column = 0; column < width; column += ROWS_STEP) {
        float total[ROWS_STEP] = {0};
        for (size_t k = 0; k < n; k++) {
            const int8_t *row = weights + column + (size_t)rows[k] * width;
            rows_fetch(weights + column, width, rows, k, n);
            for (size_t at = 0; at < ROWS_STEP; at++)
                total[at] += (float)row[at] * factors[k];
        }
        for (size_t at = 0; at < ROWS_STEP; at++)
            sums[column + at] += total[at] * by;
    }
}

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>

#define ROWS_EIGHT(place) \
    _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(_mm_loadl_epi64((const __m128i *)(place))))

__attribute__((target("avx2"))) static void
rows_add_wide(float *sums, const int8_t *weights, size_t width, const uint32_t *rows,
              const float *factors, size_t n, float by)
{
    for (size_t column = 0; column < width; column += ROWS_STEP) {
        __m256 a = _mm256_setzero_ps(), b = a, c = a, d = a, times;
        for (size_t k = 0; k < n; k++) {
            const int8_t *row = weights + column + (size_t)rows[k] * width;
            rows_fetch(weights + column, width, rows, k, n);
            times = _mm256_set1_ps(factors[k]);
            a = _mm256_add_ps(a, _mm256_mul_ps(ROWS_EIGHT(row), times));
            b = _mm256_add_ps(b, _mm256_mul_ps(ROWS_EIGHT(row + 8), times));
            c = _mm256_add_ps(c, _mm256_mul_ps(ROWS_EIGHT(row + 16), times));
            d = _mm256_add_ps(d, _mm256_mul_ps(ROWS_EIGHT(row + 24), times));
        }
        float *out = sums + column;
        times = _mm256_set1_ps(by);
        a = _mm256_mul_ps(a, times), b = _mm256_mul_ps(b, times);
        c = _mm256_mul_ps(c, times), d = _mm256_mul_ps(d, times);
        _mm256_storeu_ps(out, _mm256_add_ps(_mm256_loadu_ps(out), a));
        _mm256_storeu_ps(out + 8, _mm256_add_ps(_mm256_loadu_ps(out + 8), b));
        _mm256_storeu_ps(out + 16, _mm256_add_ps(_mm256_loadu_ps(out + 16), c));
        _mm256_storeu_ps(out + 24, _mm256_add_ps(_mm256_loadu_ps(out + 24), d));
    }
}
#endif

/* Whether to do without wide registers, to see that nothing depends on them. */
static int rows_narrow = 0;

/* Add factors[k] times row rows[k], for all n, times *by*, to the *width* sums. */
static inline void rows_add(float *sums, const int8_t *weights, size_t width, const uint32_t *rows,
                            const float *factors, size_t n, float by)
{
#if defined(__x86_64__) && defined(__GNUC__)
    if (__builtin_cpu_supports("avx2") && !rows_narrow) {
        rows_add_wide(sums, weights, width, rows, factors, n, by);
        return;
    }
#endif
    rows_add_plain(sums, weights, width, rows, factors, n, by);
}

#endif
