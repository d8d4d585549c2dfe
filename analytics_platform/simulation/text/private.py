"""What students should not have pasted: invented personal data with valid check digits, and injections."""

from random import Random

from analytics_platform.simulation.text.grammar import wording

NAMES = ("mia", "liam", "noor", "tomas", "ines", "jonas", "aisha", "ravi", "clara", "owen")
SURNAMES = ("hart", "silva", "novak", "okafor", "meyer", "lind", "rossi", "khan", "brandt", "doyle")


def personal_sentence(rng: Random) -> str:
    """A sentence with an e-mail address, phone number, card number or account number of nobody."""
    name = f"{rng.choice(NAMES)}.{rng.choice(SURNAMES)}"
    return rng.choice(
        (
            f"If found, please write to {name}{rng.randrange(100)}@example.org.",
            f"My number for the study group is +44 7700 900{rng.randrange(1000):03d}.",
            f"Call me on (202) 555-01{rng.randrange(100):02d} about the homework.",
            f"The school trip is paid with card {card_number(rng)}.",
            f"The club's account is {account_number(rng)}.",
        )
    )


def injection(rng: Random) -> str:
    """A sentence that tries to command the model."""
    return rng.choice(wording()["injections"])


def card_number(rng: Random) -> str:
    """Sixteen digits that pass the Luhn check (ISO/IEC 7812-1), in groups of four."""
    digits = [4, *(rng.randrange(10) for _ in range(14))]
    total = sum(
        digit * 2 - 9 * (digit > 4) if place % 2 == 0 else digit for place, digit in enumerate(digits)
    )
    text = "".join(map(str, [*digits, -total % 10]))
    return " ".join(text[start : start + 4] for start in range(0, 16, 4))


def account_number(rng: Random) -> str:
    """A German IBAN with valid check digits (ISO 7064, mod 97-10) of a bank that does not exist."""
    account = "".join(str(rng.randrange(10)) for _ in range(18))
    check = 98 - int(f"{account}131400") % 97
    text = f"DE{check:02d}{account}"
    return " ".join(text[start : start + 4] for start in range(0, 22, 4))
