"""Catalogue of protocols. To add one: write its module, then name it in the import and the tuple."""

from types import MappingProxyType

from mer.protocols import (
    cdmer,
    kfold,
    lodo,
    loso,
    lovo,
    megc2018_cde,
    megc2018_hde,
    megc2019_cde,
    smic_hs_nonmicro,
    tlcnn560,
)

_MODULES = (
    loso,
    lovo,
    kfold,
    lodo,
    megc2019_cde,
    megc2018_cde,
    megc2018_hde,
    cdmer,
    tlcnn560,
    smic_hs_nonmicro,
)

PROTOCOLS = MappingProxyType({module.SPEC.name: module.SPEC for module in _MODULES})
