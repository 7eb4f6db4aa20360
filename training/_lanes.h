/* One article against LANES columns at a time, in single precision.
 *
 * Each lane is computed by itself, so a column comes out the same whatever its neighbours are, and
 * the same with narrow and with wide registers.
 */
#ifndef COPYTASTER_LANES_H
#define COPYTASTER_LANES_H

#include <stddef.h>
#include <stdint.h>

#define LANES 8

typedef float Lanes __attribute__((vector_size(4 * LANES), aligned(4)));

#if defined(__x86_64__) && defined(__gnu_linux__) && defined(__GNUC__)
#define WIDEST __attribute__((target_clones("avx2", "default"), noinline))
#else
#define WIDEST
#endif

/* Add the article's score in each lane to *score*; columns are (n_features, LANES). */
WIDEST static void
lanes_score(float *score, const float *columns, const int32_t *features, const float *values,
            int64_t n)
{
    Lanes even = *(const Lanes *)score, odd = {0};
    int64_t at = 0;
    for (; at + 2 <= n; at += 2) {
        even += *(const Lanes *)(columns + (size_t)features[at] * LANES) * values[at];
        odd += *(const Lanes *)(columns + (size_t)features[at + 1] * LANES) * values[at + 1];
    }
    if (at < n)
        even += *(const Lanes *)(columns + (size_t)features[at] * LANES) * values[at];
    *(Lanes *)score = even + odd;
}

/* Add step times the article, each feature times its square, to the columns. */
WIDEST static void
lanes_move(const float *step, float *columns, const float *squares, const int32_t *features,
           const float *values, int64_t n)
{
    const Lanes by = *(const Lanes *)step;
    for (int64_t at = 0; at < n; at++) {
        const size_t place = (size_t)features[at] * LANES;
        *(Lanes *)(columns + place) += by * values[at] * *(const Lanes *)(squares + place);
    }
}

/* Add the square of the article's scaled length in each lane to *total*. */
WIDEST static void
lanes_length(float *total, const float *squares, const int32_t *features, const float *values,
             int64_t n)
{
    Lanes sum = *(const Lanes *)total;
    for (int64_t at = 0; at < n; at++)
        sum += *(const Lanes *)(squares + (size_t)features[at] * LANES) * (values[at] * values[at]);
    *(Lanes *)total = sum;
}

#endif
