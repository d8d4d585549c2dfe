"""Rubrics: what each criterion means, its scale and its version; read from YAML."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from analytics_platform.errors import AnalyticsError
from analytics_platform.llm_quality.judges.judge import Case
from analytics_platform.yaml_file import mistake_in, read_yaml

SHIPPED = Path(__file__).with_name("rubrics.yaml")


class Rubric(BaseModel):
    """How one criterion is judged.

    Attributes:
        criterion: its name.
        version: raised with every change of the rubric.
        scale: the scores there are, ascending; two of them: 0 and 1.
        needs_source: whether an answer without its source cannot be judged.
        features: features whose answers are judged; None: all.
        instructions: what a judge is told.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    criterion: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    version: int = Field(ge=1)
    scale: tuple[int, ...] = Field(min_length=2, max_length=11)
    needs_source: bool
    features: tuple[str, ...] | None = None
    instructions: str = Field(min_length=1)

    @field_validator("scale")
    @classmethod
    def _ascending(cls, scale: tuple[int, ...]) -> tuple[int, ...]:
        if list(scale) != sorted(set(scale)):
            raise ValueError("write the scores ascending, each once")
        if len(scale) == 2 and scale != (0, 1):
            raise ValueError("write two scores as [0, 1]")
        return scale

    @property
    def label(self) -> str:
        """Names rubric and version, such as `unsupported 1`."""
        return f"{self.criterion} {self.version}"

    @property
    def is_binary(self) -> bool:
        return len(self.scale) == 2

    def fits(self, feature: str, source_text: str | None) -> bool:
        """Whether an answer of a feature can be judged by it."""
        has_source = bool(source_text and source_text.strip())
        return (self.features is None or feature in self.features) and (has_source or not self.needs_source)


class Rubrics(Mapping[str, Rubric]):
    """Rubrics by criterion."""

    def __init__(self, rubrics: tuple[Rubric, ...]) -> None:
        self._found = MappingProxyType({rubric.criterion: rubric for rubric in rubrics})

    def __getitem__(self, criterion: str) -> Rubric:
        return self._found[criterion]

    def __iter__(self):  # noqa: ANN204
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)

    @property
    def version(self) -> str:
        """All criteria with their versions, such as `helpful 1, unsupported 1`."""
        return ", ".join(self[criterion].label for criterion in sorted(self))

    def obstacle(self, case: Case) -> str | None:
        """Why a case cannot be judged by any model, or None where it can."""
        rubric = self.get(case.criterion)
        if rubric is None:
            return f"no rubric for {case.criterion}; there are {', '.join(sorted(self))}"
        if rubric.fits(case.feature, case.source_text):
            return None
        if rubric.features is not None and case.feature not in rubric.features:
            return f"{case.criterion} is judged of {', '.join(rubric.features)} only"
        return f"no source text, and {case.criterion} is judged against it"


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    rubrics: tuple[Rubric, ...] = Field(min_length=1)


def load_rubrics(path: Path = SHIPPED) -> Rubrics:
    """Read rubrics.

    Raises:
        AnalyticsError: the file cannot be read, or says something wrong; file and field are named.
    """
    try:
        rubrics = _File.model_validate(read_yaml(path)).rubrics
    except ValidationError as error:
        raise AnalyticsError(f"{path}: {mistake_in(error, _File)}") from None
    names = [rubric.criterion for rubric in rubrics]
    for position, name in enumerate(names):
        if name in names[:position]:
            raise AnalyticsError(f"{path}: rubrics[{position}].criterion: {name!r} stands twice.")
    return Rubrics(rubrics)
