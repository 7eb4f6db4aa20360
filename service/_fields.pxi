# The forms that two fields of an article must have: those of the schema, or narrower ones.

cdef inline bint is_digit(int byte) noexcept nogil:
    return 48 <= byte <= 57


cdef inline bint is_letter(int byte) noexcept nogil:
    return 97 <= byte | 32 <= 122


cdef bint is_language(const uint8_t* text, Py_ssize_t length) noexcept nogil:
    """Return whether it is a tag of letters, and then parts of letters and figures: en, en-GB."""
    cdef Py_ssize_t at, start = 0
    for at in range(length + 1):
        if at == length or text[at] == b"-" or text[at] == b"_":
            if not (1 if start else 2) <= at - start <= 8:
                return False
            start = at + 1
        elif not (is_letter(text[at]) or (start and is_digit(text[at]))):
            return False
    return True


cdef int number(const uint8_t* text, int n) noexcept nogil:
    """Return the number that so many figures are, -1 where they are not."""
    cdef int value = 0, at
    for at in range(n):
        if not is_digit(text[at]):
            return -1
        value = 10 * value + text[at] - 48
    return value


cdef bint is_time(const uint8_t* text, Py_ssize_t length) noexcept nogil:
    """Return whether it is a date and time as most write it: 2026-11-21T09:30:00.5+01:00."""
    cdef Py_ssize_t at = 19, start
    cdef int year, month, day
    if length < 19 or text[4] != b"-" or text[7] != b"-" or text[10] != b"T":
        return False
    if text[13] != b":" or text[16] != b":":
        return False
    year, month, day = number(text, 4), number(text + 5, 2), number(text + 8, 2)
    if year < 1 or not 1 <= month <= 12 or not 1 <= day <= days_of(year, month):
        return False
    if not (0 <= number(text + 11, 2) <= 23 and 0 <= number(text + 14, 2) <= 59):
        return False
    if not 0 <= number(text + 17, 2) <= 59:
        return False
    if at < length and text[at] == b".":
        start = at = at + 1
        while at < length and is_digit(text[at]):
            at += 1
        if not 1 <= at - start <= 6:
            return False
    if at == length:
        return True
    if text[at] == b"Z":
        return at + 1 == length
    if length - at != 6 or (text[at] != b"+" and text[at] != b"-") or text[at + 3] != b":":
        return False
    return 0 <= number(text + at + 1, 2) <= 23 and 0 <= number(text + at + 4, 2) <= 59


cdef int days_of(int year, int month) noexcept nogil:
    if month == 2:
        return 29 if year % 4 == 0 and (year % 100 or year % 400 == 0) else 28
    return 30 if month == 4 or month == 6 or month == 9 or month == 11 else 31
