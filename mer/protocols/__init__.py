"""Catalogue of protocols. To add one: write its module, then name it in the import and the tuple."""

from types import MappingProxyType

from mer.protocols import loso, megc2019_cde

_MODULES = (loso, megc2019_cde)

PROTOCOLS = MappingProxyType({module.SPEC.name: module.SPEC for module in _MODULES})
