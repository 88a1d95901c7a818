import cmmc_l2 from './cmmc_l2.json' with { type: 'json' }
import dora from './dora.json' with { type: 'json' }
import fda_21_cfr_11 from './fda_21_cfr_11.json' with { type: 'json' }
import gdpr from './gdpr.json' with { type: 'json' }
import hipaa from './hipaa.json' with { type: 'json' }
import iso_27001 from './iso_27001.json' with { type: 'json' }
import mifid_ii from './mifid_ii.json' with { type: 'json' }
import pci_dss from './pci_dss.json' with { type: 'json' }
import sec_17a_4 from './sec_17a_4.json' with { type: 'json' }
import soc2 from './soc2.json' with { type: 'json' }
import sox_itgc from './sox_itgc.json' with { type: 'json' }

/** What each framework and each of its controls asks, in German: loaded when the Controls page is opened. */
export const controlTexts = {
  sox_itgc,
  gdpr,
  hipaa,
  pci_dss,
  soc2,
  mifid_ii,
  sec_17a_4,
  fda_21_cfr_11,
  dora,
  iso_27001,
  cmmc_l2,
}
