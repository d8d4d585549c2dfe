"""Settings as options: `--lake PATH` becomes `ANALYTICS_LAKE`, so that Dagster's processes see the same."""

import inspect
import os
from collections.abc import Callable, Sequence
from typing import Annotated

import typer

from analytics_platform.settings import PREFIX, SECRETS, Settings


def option_name(setting: str) -> str:
    """The option of a setting."""
    return f"--{setting.replace('_', '-')}"


def setting_options() -> Callable[..., None]:
    """A Typer callback with one option a setting, which sets the setting's environment variable."""

    def override(**values: str | None) -> None:
        given = {name: value for name, value in values.items() if value is not None}
        os.environ.update({PREFIX + name.upper(): value for name, value in given.items()})

    # Typer reads options from the signature; written out they would repeat every setting.
    override.__signature__ = inspect.Signature(_parameters())  # pyright: ignore[reportFunctionMemberAccess]
    override.__annotations__ = {parameter.name: parameter.annotation for parameter in _parameters()}
    return override


def hoisted(words: Sequence[str]) -> list[str]:
    """The words with settings that follow the command moved before it, where Typer expects them."""
    options = {option_name(name) for name in Settings.model_fields if name not in SECRETS}
    settings: list[str] = []
    others: list[str] = []
    remaining = iter(words)
    for word in remaining:
        if word == "--":
            others += [word, *remaining]
        elif word in options:
            settings += [word, *([value] if (value := next(remaining, None)) is not None else [])]
        elif word.partition("=")[0] in options:
            settings.append(word)
        else:
            others.append(word)
    return settings + others


def _parameters() -> list[inspect.Parameter]:
    return [
        inspect.Parameter(
            name,
            inspect.Parameter.KEYWORD_ONLY,
            default=None,
            annotation=Annotated[
                str | None,
                typer.Option(
                    option_name(name),
                    help=_help(field.description or "", field.default),
                    metavar="VALUE",
                    rich_help_panel="Settings",
                    show_default=False,
                ),
            ],
        )
        for name, field in Settings.model_fields.items()
        if name not in SECRETS
    ]


def _help(description: str, default: object) -> str:
    return description if default is None else f"{description} Default: {default}."
