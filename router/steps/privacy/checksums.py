"""The check digits of identifiers. Each answers whether the digits agree with their check."""

from __future__ import annotations

ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
COMPANY_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
COMPANY_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)

_FIVE_TURNS = ("0123456789", "1234067895", "2340178956", "3401289567", "4012395678",
               "5987604321", "6598710432", "7659821043", "8765932104", "9876543210")  # fmt: skip
_SHUFFLES = ("0123456789", "1576283094", "5803796142", "8916043527", "9453126870", "4286573901",
             "2793806415", "7046913258")  # fmt: skip


def luhn_holds(digits: str) -> bool:
    """Bank and credit cards (ISO/IEC 7812-1)."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def id_card_holds(number: str) -> bool:
    """Chinese resident identity cards of 18 characters (GB 11643: MOD 11-2)."""
    total = sum(int(digit) * weight for digit, weight in zip(number, ID_WEIGHTS, strict=False))
    return "10X98765432"[total % 11] == number[-1].upper()


def company_code_holds(code: str) -> bool:
    """Chinese unified social credit codes (GB 32100: MOD 31)."""
    places = [COMPANY_ALPHABET.find(character) for character in code.upper()]
    if min(places) < 0:
        return False
    total = sum(place * weight for place, weight in zip(places, COMPANY_WEIGHTS, strict=False))
    return (31 - total % 31) % 31 == places[-1]


def iban_holds(iban: str) -> bool:
    """International bank account numbers (ISO 13616: MOD 97-10)."""
    turned = (iban[4:] + iban[:4]).upper()
    return int("".join(str(int(character, 36)) for character in turned)) % 97 == 1


def verhoeff_holds(digits: str) -> bool:
    """Indian Aadhaar numbers (Verhoeff's scheme over the group of a pentagon's turns)."""
    check = 0
    for place, digit in enumerate(reversed(digits)):
        check = int(_FIVE_TURNS[check][int(_SHUFFLES[place % 8][int(digit)])])
    return check == 0
