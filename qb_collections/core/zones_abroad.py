"""Countries beside those of zones.py: their English name and every zone that somebody there may live by.

From iso3166.tab and zone.tab of the IANA time zone database (2025a); of zones whose clocks show the same
all through 2026 the first stands here.  Where they are never open together, the first decides.
"""

from __future__ import annotations

_TABLE = """
AD Andorra: Europe/Andorra
AF Afghanistan: Asia/Kabul
AG Antigua and Barbuda: America/Antigua
AI Anguilla: America/Anguilla
AL Albania: Europe/Tirane
AM Armenia: Asia/Yerevan
AO Angola: Africa/Luanda
AR Argentina: America/Argentina/Buenos_Aires
AS American Samoa: Pacific/Pago_Pago
AW Aruba: America/Aruba
AX Åland Islands: Europe/Mariehamn
AZ Azerbaijan: Asia/Baku
BA Bosnia and Herzegovina: Europe/Sarajevo
BB Barbados: America/Barbados
BD Bangladesh: Asia/Dhaka
BF Burkina Faso: Africa/Ouagadougou
BG Bulgaria: Europe/Sofia
BH Bahrain: Asia/Bahrain
BI Burundi: Africa/Bujumbura
BJ Benin: Africa/Porto-Novo
BL Saint Barthelemy: America/St_Barthelemy
BM Bermuda: Atlantic/Bermuda
BN Brunei: Asia/Brunei
BO Bolivia: America/La_Paz
BQ Caribbean Netherlands: America/Kralendijk
BR Brazil: America/Sao_Paulo America/Noronha America/Campo_Grande America/Eirunepe
BS Bahamas: America/Nassau
BT Bhutan: Asia/Thimphu
BW Botswana: Africa/Gaborone
BY Belarus: Europe/Minsk
BZ Belize: America/Belize
CC Cocos Islands: Indian/Cocos
CD DR Congo: Africa/Kinshasa Africa/Lubumbashi
CF Central African Rep.: Africa/Bangui
CG Congo: Africa/Brazzaville
CI Ivory Coast: Africa/Abidjan
CK Cook Islands: Pacific/Rarotonga
CL Chile: America/Santiago America/Punta_Arenas Pacific/Easter
CM Cameroon: Africa/Douala
CN China: Asia/Shanghai Asia/Urumqi
CO Colombia: America/Bogota
CR Costa Rica: America/Costa_Rica
CU Cuba: America/Havana
CV Cape Verde: Atlantic/Cape_Verde
CW Curaçao: America/Curacao
CX Christmas Island: Indian/Christmas
CY Cyprus: Asia/Nicosia
DJ Djibouti: Africa/Djibouti
DM Dominica: America/Dominica
DO Dominican Republic: America/Santo_Domingo
DZ Algeria: Africa/Algiers
EC Ecuador: America/Guayaquil Pacific/Galapagos
EE Estonia: Europe/Tallinn
EG Egypt: Africa/Cairo
EH Western Sahara: Africa/El_Aaiun
ER Eritrea: Africa/Asmara
ET Ethiopia: Africa/Addis_Ababa
FK Falkland Islands: Atlantic/Stanley
FM Micronesia: Pacific/Chuuk Pacific/Pohnpei
FO Faroe Islands: Atlantic/Faroe
GA Gabon: Africa/Libreville
GD Grenada: America/Grenada
GE Georgia: Asia/Tbilisi
GF French Guiana: America/Cayenne
GG Guernsey: Europe/Guernsey
GH Ghana: Africa/Accra
GI Gibraltar: Europe/Gibraltar
GL Greenland: America/Nuuk America/Danmarkshavn America/Thule
GM Gambia: Africa/Banjul
GN Guinea: Africa/Conakry
GP Guadeloupe: America/Guadeloupe
GQ Equatorial Guinea: Africa/Malabo
GT Guatemala: America/Guatemala
GU Guam: Pacific/Guam
GW Guinea-Bissau: Africa/Bissau
GY Guyana: America/Guyana
HN Honduras: America/Tegucigalpa
HR Croatia: Europe/Zagreb
HT Haiti: America/Port-au-Prince
ID Indonesia: Asia/Jakarta Asia/Makassar Asia/Jayapura
IM Isle of Man: Europe/Isle_of_Man
IO British Indian Ocean Territory: Indian/Chagos
IQ Iraq: Asia/Baghdad
IR Iran: Asia/Tehran
JE Jersey: Europe/Jersey
JM Jamaica: America/Jamaica
JO Jordan: Asia/Amman
KE Kenya: Africa/Nairobi
KG Kyrgyzstan: Asia/Bishkek
KH Cambodia: Asia/Phnom_Penh
KM Comoros: Indian/Comoro
KN Saint Kitts and Nevis: America/St_Kitts
KP North Korea: Asia/Pyongyang
KW Kuwait: Asia/Kuwait
KY Cayman Islands: America/Cayman
KZ Kazakhstan: Asia/Almaty
LA Laos: Asia/Vientiane
LB Lebanon: Asia/Beirut
LC Saint Lucia: America/St_Lucia
LI Liechtenstein: Europe/Vaduz
LK Sri Lanka: Asia/Colombo
LR Liberia: Africa/Monrovia
LS Lesotho: Africa/Maseru
LT Lithuania: Europe/Vilnius
LV Latvia: Europe/Riga
LY Libya: Africa/Tripoli
MA Morocco: Africa/Casablanca
MC Monaco: Europe/Monaco
MD Moldova: Europe/Chisinau
ME Montenegro: Europe/Podgorica
MF Saint Martin: America/Marigot
MG Madagascar: Indian/Antananarivo
MH Marshall Islands: Pacific/Majuro
MK North Macedonia: Europe/Skopje
ML Mali: Africa/Bamako
MM Myanmar: Asia/Yangon
MN Mongolia: Asia/Ulaanbaatar Asia/Hovd
MO Macau: Asia/Macau
MP Northern Mariana Islands: Pacific/Saipan
MQ Martinique: America/Martinique
MR Mauritania: Africa/Nouakchott
MS Montserrat: America/Montserrat
MT Malta: Europe/Malta
MU Mauritius: Indian/Mauritius
MV Maldives: Indian/Maldives
MW Malawi: Africa/Blantyre
MX Mexico: America/Mexico_City America/Cancun America/Matamoros America/Ciudad_Juarez America/Mazatlan \\
    America/Tijuana
MY Malaysia: Asia/Kuala_Lumpur
MZ Mozambique: Africa/Maputo
NA Namibia: Africa/Windhoek
NC New Caledonia: Pacific/Noumea
NE Niger: Africa/Niamey
NF Norfolk Island: Pacific/Norfolk
NG Nigeria: Africa/Lagos
NI Nicaragua: America/Managua
NP Nepal: Asia/Kathmandu
NR Nauru: Pacific/Nauru
NU Niue: Pacific/Niue
OM Oman: Asia/Muscat
PA Panama: America/Panama
PE Peru: America/Lima
PF French Polynesia: Pacific/Tahiti Pacific/Marquesas Pacific/Gambier
PG Papua New Guinea: Pacific/Port_Moresby Pacific/Bougainville
PK Pakistan: Asia/Karachi
PM Saint Pierre and Miquelon: America/Miquelon
PN Pitcairn: Pacific/Pitcairn
PR Puerto Rico: America/Puerto_Rico
PS Palestine: Asia/Gaza
PW Palau: Pacific/Palau
PY Paraguay: America/Asuncion
QA Qatar: Asia/Qatar
RE Réunion: Indian/Reunion
RO Romania: Europe/Bucharest
RS Serbia: Europe/Belgrade
RU Russia: Europe/Moscow Europe/Kaliningrad Europe/Astrakhan Asia/Yekaterinburg Asia/Omsk \\
    Asia/Novosibirsk Asia/Irkutsk Asia/Chita Asia/Vladivostok Asia/Magadan Asia/Kamchatka
RW Rwanda: Africa/Kigali
SA Saudi Arabia: Asia/Riyadh
SB Solomon Islands: Pacific/Guadalcanal
SC Seychelles: Indian/Mahe
SD Sudan: Africa/Khartoum
SH Saint Helena: Atlantic/St_Helena
SI Slovenia: Europe/Ljubljana
SJ Svalbard: Arctic/Longyearbyen
SK Slovakia: Europe/Bratislava
SL Sierra Leone: Africa/Freetown
SM San Marino: Europe/San_Marino
SN Senegal: Africa/Dakar
SO Somalia: Africa/Mogadishu
SR Suriname: America/Paramaribo
SS South Sudan: Africa/Juba
ST Sao Tome and Principe: Africa/Sao_Tome
SV El Salvador: America/El_Salvador
SX Sint Maarten: America/Lower_Princes
SY Syria: Asia/Damascus
SZ Eswatini: Africa/Mbabane
TC Turks and Caicos: America/Grand_Turk
TD Chad: Africa/Ndjamena
TG Togo: Africa/Lome
TJ Tajikistan: Asia/Dushanbe
TK Tokelau: Pacific/Fakaofo
TL Timor-Leste: Asia/Dili
TM Turkmenistan: Asia/Ashgabat
TN Tunisia: Africa/Tunis
TT Trinidad and Tobago: America/Port_of_Spain
TV Tuvalu: Pacific/Funafuti
TW Taiwan: Asia/Taipei
TZ Tanzania: Africa/Dar_es_Salaam
UA Ukraine: Europe/Kyiv Europe/Simferopol
UG Uganda: Africa/Kampala
UY Uruguay: America/Montevideo
UZ Uzbekistan: Asia/Samarkand
VA Vatican City: Europe/Vatican
VC Saint Vincent and the Grenadines: America/St_Vincent
VE Venezuela: America/Caracas
VG British Virgin Islands: America/Tortola
VI US Virgin Islands: America/St_Thomas
VN Vietnam: Asia/Ho_Chi_Minh
VU Vanuatu: Pacific/Efate
WF Wallis & Futuna: Pacific/Wallis
YE Yemen: Asia/Aden
YT Mayotte: Indian/Mayotte
ZM Zambia: Africa/Lusaka
ZW Zimbabwe: Africa/Harare
"""

# How people also write a country, in English and in its own words.
_ALSO = """
AE: UAE; United Arab Emirates
AT: Österreich; Osterreich
BE: België; Belgique; Belgien
BR: Brasil
CH: Schweiz; Suisse; Svizzera; Switzerland
CI: Côte d'Ivoire
CN: China Mainland; PR China; PRC
CZ: Czechia; Cesko
DE: Deutschland
DK: Danmark; Denmark
ES: España; Espana
FI: Suomi; Finland
FJ: Fiji
GB: Northern Ireland
GR: Greece; Hellas
HK: Hong Kong
HU: Hungary
IE: Éire; Republic of Ireland
IL: Israel
IN: Bharat
IS: Iceland
IT: Italia
KI: Kiribati
KR: South Korea; Korea; Republic of Korea
LU: Luxembourg
MK: Macedonia
MX: México
NL: Nederland; Holland; The Netherlands
NO: Norge; Norway
NZ: Aotearoa
PH: Philippines; The Philippines
PL: Polska; Poland
PT: Portugal
RU: Russian Federation
SE: Sverige; Sweden
SG: Singapore
TH: Thailand
TO: Tonga
TR: Turkey; Türkiye; Turkiye
VN: Viet Nam
WS: Samoa
"""


def _rows(table: str) -> list[tuple[str, str]]:
    """Before and after the colon of each line; a line that ends in a backslash goes on in the next."""
    lines = table.replace("\\\n", "").strip().splitlines()
    return [(head.strip(), rest.strip()) for head, _, rest in (line.partition(":") for line in lines)]


COUNTRIES: dict[str, tuple[str, ...]] = {head[:2]: tuple(rest.split()) for head, rest in _rows(_TABLE)}
NAMES: dict[str, str] = {head[3:].upper(): head[:2] for head, _ in _rows(_TABLE)} | {
    name.strip().upper(): code for code, names in _rows(_ALSO) for name in names.split(";")
}
