"""Give an organization another name, or have it ask more of its callers."""

from __future__ import annotations

from dataclasses import dataclass, replace

from app.domain.directory import Organization
from app.domain.stores import OpenUnit
from app.services.named import checked_name, organization_named, refused


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeOrganization:
    """None leaves as it is; what the two switches mean is explained at `Organization`.

    Raises UnknownNameError and RefusedError.
    """

    open_unit: OpenUnit

    def __call__(
        self,
        org_id: str,
        *,
        name: str | None = None,
        verified_only: bool | None = None,
        contact_match: bool | None = None,
    ) -> Organization:
        with self.open_unit() as unit:
            unit.directory.hold()
            organization = organization_named(unit.directory, org_id)
            if verified_only and not unit.caller_secrets.of_organization(organization.id):
                raise refused("verified_only", "It has no caller secret yet. Make one: ringbook org secret new.")
            changed = replace(
                organization,
                name=organization.name if name is None else checked_name(name),
                verified_only=organization.verified_only if verified_only is None else verified_only,
                contact_match=organization.contact_match if contact_match is None else contact_match,
            )
            unit.directory.save_organization(changed)
            unit.commit()
        return changed
