"""The currencies of records: codes of ISO 4217 as of each record's own date."""

from collections.abc import Mapping
from datetime import UTC, datetime

_CODES = """
AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE
CHF CHW CLF CLP CNY COP COU CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ
GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL
LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR
PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY
TTD TWD TZS UAH UGX USD USN UYI UYU UYW UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG
"""
ISO_4217 = tuple(_CODES.split())
"""List one: codes in circulation, and fund codes."""

_WITHDRAWALS = """
ADP:2003-07 AFA:2003-01 ALK:1989-12 ANG:2025-03 AOK:1991-03 AON:2000-02 AOR:2000-02 ARA:1992-01 ARY:1990-12
ATS:2002-03 AYM:2005-10 AZM:2005-12 BAD:1998-07 BEC:1990-03 BEF:2002-03 BEL:1990-03 BGJ:1990-12 BGK:1990-12
BGL:2003-11 BGN:2026-01 BRC:1989-02 BRE:1993-03 BRN:1990-03 BRR:1994-07 BUK:1990-02 BYB:2001-01 BYR:2017-01
CHC:2004-11 CSD:2006-10 CSJ:1990-12 CSK:1993-03 CUC:2021-06 CYP:2008-01 DDM:1990-09 DEM:2002-03 ECS:2000-09
ECV:2000-09 EEK:2011-01 ESB:1994-12 ESP:2002-03 FIM:2002-03 FRF:2002-03 GEK:1995-10 GHC:2008-01 GHP:2007-06
GNE:1989-12 GRD:2002-03 GWP:1997-05 HRD:1995-01 HRK:2023-01 IEP:2002-03 ILR:1990-12 ISJ:1990-12 ITL:2002-03
LTL:2014-12 LTT:1993-07 LUC:1990-03 LUF:2002-03 LUL:1990-03 LVL:2014-01 LVR:1994-12 MGF:2004-12 MRO:2017-12
MTL:2008-01 MVQ:1989-12 MXP:1993-01 MZM:2006-06 NIC:1990-10 NLG:2002-03 PEH:1990-12 PEI:1991-07 PLZ:1997-01
PTE:2002-03 ROK:1990-12 ROL:2005-06 RUR:2004-01 SDD:2007-07 SDP:1998-06 SIT:2007-01 SKK:2009-01 SLL:2023-12
SRG:2003-12 STD:2017-12 SUR:1990-12 TJR:2001-04 TMM:2009-01 TPE:2002-11 TRL:2005-12 UAK:1996-09 UGW:1990-12
USS:2014-03 UYN:1989-12 UYP:1993-03 VEB:2008-01 VEF:2018-08 VNC:1990-12 XEU:1999-01 YDD:1991-09 YUD:1990-01
YUM:2003-07 YUN:1995-11 ZAL:1995-03 ZMK:2012-12 ZRN:1999-06 ZRZ:1994-02 ZWC:1989-12 ZWD:2008-08 ZWL:2024-09
ZWN:2006-09 ZWR:2009-06
"""
"""Code and month of withdrawal from ISO 4217 list three: of several withdrawals the last, of a span of months the end.

Codes withdrawn before 1989 are left out, because no record is that old, and so are units of account other than the ECU.
Source: the list as of 2026-02 in github.com/datasets/currency-codes, data/codes-all.csv.
"""

_GRACE_YEARS = 1


def _end_of_use(month: str) -> datetime:
    """Return when a code withdrawn in a month is no longer valid: a year after the end of that month."""
    year, number = map(int, month.split("-"))
    return datetime(year + _GRACE_YEARS + number // 12, number % 12 + 1, 1, tzinfo=UTC)


WITHDRAWN: Mapping[str, datetime] = {
    code: _end_of_use(month) for code, _, month in (each.partition(":") for each in _WITHDRAWALS.split())
}
"""Withdrawn codes with the time from which they are invalid: refunds and late settlements use them for a while."""

CURRENCIES = tuple(sorted({*ISO_4217, *WITHDRAWN}))
"""All codes that a record may have, depending on its own date."""

_CENTS = 2
_WITHOUT_MINOR_UNIT = "BIF DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF CLP"
_MINOR_PLACES = {
    **dict.fromkeys(_WITHOUT_MINOR_UNIT.split(), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
    **dict.fromkeys(("CLF", "UYW"), 4),
}


def minor_places(currency: str) -> int:
    """Return the number of decimal places of a currency's minor unit; 2 if the currency is not known."""
    return _MINOR_PLACES.get(currency.upper(), _CENTS)
