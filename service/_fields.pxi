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
    """Return whether it is a date, or with a time: 2026-11-21, 2026-11-21T09:30:00.5+01:00."""
    cdef Py_ssize_t at = 16, start
    cdef int year, month
    if length < 10 or text[4] != b"-" or text[7] != b"-":
        return False
    year, month = number(text, 4), number(text + 5, 2)
    if year < 1 or not 1 <= month <= 12:
        return False
    if not 1 <= number(text + 8, 2) <= days_of(year, month):
        return False
    if length == 10:
        return True
    if length < 16 or (text[10] != b"T" and text[10] != b" ") or not is_clock(text + 11):
        return False
    if length >= 19 and text[16] == b":":
        at = 19
        if not 0 <= number(text + 17, 2) <= 59:
            return False
        if length > 19 and text[19] == b".":
            start = at = 20
            while at < length and is_digit(text[at]):
                at += 1
            if not 1 <= at - start <= 6:
                return False
    if at == length:
        return True
    if text[at] == b"Z":
        return at + 1 == length
    if length - at != 6 or (text[at] != b"+" and text[at] != b"-"):
        return False
    return is_clock(text + at + 1)


cdef bint is_clock(const uint8_t* text) noexcept nogil:
    """Return whether five bytes are hours and minutes."""
    return text[2] == b":" and 0 <= number(text, 2) <= 23 and 0 <= number(text + 3, 2) <= 59


cdef int days_of(int year, int month) noexcept nogil:
    if month == 2:
        return 29 if year % 4 == 0 and (year % 100 or year % 400 == 0) else 28
    return 30 if month == 4 or month == 6 or month == 9 or month == 11 else 31
