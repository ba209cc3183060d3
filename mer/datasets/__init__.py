"""Catalogue of data sets. To add one: write its module, then name it in the import and the tuple."""

from types import MappingProxyType

from mer.datasets import (
    casme,
    casme2,
    casme3_a,
    casme_squared,
    ckplus,
    demo,
    dfme,
    flow_demo,
    flow_images,
    fourdme,
    jaffe,
    kdef,
    mmew,
    mmi,
    mug,
    oulu_casia,
    rafd,
    samm,
    samm_lv,
    smic_hs,
    smic_nir,
    smic_vis,
    table,
    tfeid,
)

_MODULES = (
    *(smic_hs, smic_vis, smic_nir, casme, casme2, samm),
    *(casme_squared, casme3_a, mmew, fourdme, dfme, samm_lv),
    *(ckplus, oulu_casia, jaffe, mug, kdef, rafd, mmi, tfeid),
    *(demo, flow_demo, flow_images, table),
)

DATASETS = MappingProxyType({module.SPEC.name: module.SPEC for module in _MODULES})
