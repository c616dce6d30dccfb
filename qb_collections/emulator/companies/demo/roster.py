"""The sixty customers of Copperleaf Refrigeration & Air LLC, and how each of them pays.

Names, people and streets are invented; addresses end in .example and telephone
numbers in 555-01xx, both kept free for made-up use (RFC 2606; North American
Numbering Plan Administration).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Contract:
    """Maintenance billed every so many months at a fixed price.

    phase is the first month's remainder (month % every); day is the day of the
    month on which it is billed, moved back to a weekday.
    """

    every: int
    phase: int
    day: int
    price: Decimal


@dataclass(frozen=True, slots=True)
class Customer:
    """One customer, as the office manager would describe it."""

    name: str
    person: str
    habit: str  # a name in habits.PAYS
    terms: str | None  # a name in chart.TERMS
    street: str
    town: str  # "Town, ST 12345"
    calls: int = 0  # service calls in the eighteen months, beside those told in open_items
    jobs: int = 0  # pieces of equipment sold and installed, likewise
    contract: Contract | None = None
    email: bool = True
    exempt: bool = False  # pays no sales tax: public, a church, or outside Tennessee

    @property
    def address(self) -> str | None:
        """The e-mail address in QuickBooks; None when nobody ever wrote one down."""
        if not self.email:
            return None
        words = re.findall(r"[a-z]+", self.name.lower().replace("é", "e").replace("&", "and"))
        return f"{self.person.split()[-1].lower()}@{'-'.join(words[:3])}.example"


def _monthly(day: int, price: str) -> Contract:
    return Contract(1, 0, day, Decimal(price))


def _quarterly(phase: int, day: int, price: str) -> Contract:
    return Contract(3, phase, day, Decimal(price))


N30, N15, N45, NOW, CASH2 = "Net 30", "Net 15", "Net 45", "Due on receipt", "2% 10 Net 30"

C = Customer
CUSTOMERS: tuple[Customer, ...] = (
    # Prompt: they pay on the due date or up to six days before.
    C(
        "Signal Crest Dental",
        "Priya Raman",
        "prompt",
        N30,
        "118 Alder Bluff Road",
        "Signal Mountain, TN 37377",
        2,
        0,
        _monthly(2, "286.40"),
    ),
    C(
        "Walnut Span Coffee Roasters",
        "Theo Lindqvist",
        "prompt",
        NOW,
        "41 Cannery Row",
        "Chattanooga, TN 37402",
        3,
        1,
    ),
    C(
        "Tall Cedar Pediatrics",
        "Monique Farris",
        "prompt",
        N30,
        "2200 Tall Cedar Way",
        "Chattanooga, TN 37421",
        2,
        0,
        _quarterly(1, 2, "412.85"),
    ),
    C(
        "Sugar Maple Antiques",
        "Harold Beech",
        "prompt",
        N15,
        "77 Sugar Maple Lane",
        "Ringgold, GA 30736",
        2,
        0,
        exempt=True,
    ),
    C(
        "Brightwater Optical",
        "Sunita Dhar",
        "prompt",
        N30,
        "530 Brightwater Street",
        "Chattanooga, TN 37405",
        2,
        0,
        _quarterly(1, 9, "364.20"),
    ),
    C(
        "Fieldstone Dermatology",
        "Grant Okafor",
        "prompt",
        N30,
        "9 Fieldstone Court",
        "Ooltewah, TN 37363",
        2,
        1,
        _quarterly(2, 6, "498.75"),
    ),
    C(
        "Copper Lantern Inn",
        "Yvette Marsh",
        "prompt",
        N30,
        "3 Lantern Hill",
        "Dayton, TN 37321",
        3,
        2,
        _quarterly(1, 16, "575.60"),
    ),
    C("Two Herons Yoga", "Callie Prentiss", "prompt", NOW, "812 Ferry Landing", "Chattanooga, TN 37405", 2),
    C("Greenfern Pharmacy", "Dale Whisnant", "prompt", N30, "1450 Greenfern Pike", "Hixson, TN 37343", 2, 1),
    C(
        "Larkspur Assisted Living",
        "Ingrid Solis",
        "prompt",
        N30,
        "600 Larkspur Drive",
        "Cleveland, TN 37312",
        3,
        2,
        _monthly(9, "538.30"),
    ),
    C(
        "Quarry Lane Credit Union",
        "Boyd Tanner",
        "prompt",
        N30,
        "15 Quarry Lane",
        "Chattanooga, TN 37408",
        2,
        1,
    ),
    C(
        "Ninth Street Print Gallery",
        "Odile Renner",
        "prompt",
        NOW,
        "904 East Ninth Street",
        "Chattanooga, TN 37403",
        2,
    ),
    C(
        "Whippoorwill Day School",
        "Martha Estep",
        "prompt",
        N30,
        "28 Whippoorwill Road",
        "Ooltewah, TN 37363",
        2,
        2,
        exempt=True,
    ),
    C(
        "Hawthorn & Pike Attorneys",
        "Celeste Pike",
        "prompt",
        N30,
        "210 Courthouse Row",
        "Chattanooga, TN 37402",
        2,
        0,
        _quarterly(2, 13, "329.45"),
    ),
    C(
        "Redbud Montessori",
        "Anneke Vos",
        "prompt",
        N15,
        "51 Redbud Circle",
        "Chattanooga, TN 37411",
        2,
        0,
        exempt=True,
    ),
    C(
        "Tupelo Title Company",
        "Renee Gaither",
        "prompt",
        CASH2,
        "18 Tupelo Street",
        "Dalton, GA 30720",
        2,
        1,
        exempt=True,
    ),
    C(
        "Millwheel Creamery",
        "Josef Brandt",
        "prompt",
        CASH2,
        "400 Millwheel Road",
        "Athens, TN 37303",
        3,
        3,
        _quarterly(0, 4, "618.90"),
    ),
    # Always a bit late: nine to twelve days, very regular.
    C(
        "Bluebird Row Café",
        "Nora Castellano",
        "bit late",
        N30,
        "12 Bluebird Row",
        "Chattanooga, TN 37402",
        3,
        0,
        _quarterly(0, 28, "386.25"),
    ),
    C(
        "Sassafras Kitchen",
        "Dwight Embry",
        "bit late",
        N30,
        "1033 Sassafras Avenue",
        "Chattanooga, TN 37408",
        3,
        1,
    ),
    C(
        "Juniper Table",
        "Laurel Huang",
        "bit late",
        N30,
        "66 Juniper Street",
        "Chattanooga, TN 37405",
        3,
        0,
        _quarterly(0, 4, "341.70"),
    ),
    C(
        "Copperhead Tap Room",
        "Mick Dunleavy",
        "bit late",
        N15,
        "219 Kiln Street",
        "Chattanooga, TN 37408",
        4,
        1,
    ),
    C(
        "Old Depot Barbecue",
        "Earline Tubbs",
        "bit late",
        N30,
        "1 Depot Square",
        "Cleveland, TN 37311",
        4,
        1,
        _quarterly(1, 2, "402.15"),
    ),
    C(
        "Peach & Pecan Bakery",
        "Simone Archer",
        "bit late",
        NOW,
        "707 Orchard Knoll",
        "Dalton, GA 30721",
        3,
        0,
        exempt=True,
    ),
    C(
        "Mockingbird Flowers",
        "Fern Delacroix",
        "bit late",
        N15,
        "45 Mockingbird Lane",
        "Chattanooga, TN 37415",
        2,
    ),
    C(
        "Cast Iron Biscuit Co.",
        "Wendell Rudd",
        "bit late",
        N30,
        "88 Foundry Yard",
        "South Pittsburg, TN 37380",
        3,
        1,
    ),
    C(
        "Three Sisters Market",
        "Paloma Reyes",
        "bit late",
        N30,
        "3400 Three Sisters Road",
        "Soddy-Daisy, TN 37379",
        3,
        1,
    ),
    C("Paper Lantern Noodles", "Kim Tran", "bit late", NOW, "14 Glass Street", "Chattanooga, TN 37406", 2),
    C(
        "Rivermark Hotel",
        "Anton Kessler",
        "bit late",
        N45,
        "1 Rivermark Plaza",
        "Chattanooga, TN 37402",
        3,
        3,
        _quarterly(1, 9, "640.00"),
    ),
    # Month-end payers: everything at once on the last Friday.
    C(
        "Northgate Property Management",
        "Gail Sorensen",
        "month end",
        N30,
        "5000 Northgate Park",
        "Hixson, TN 37343",
    ),
    C(
        "Laurel Ridge Senior Homes",
        "Patrice Lowell",
        "month end",
        N30,
        "240 Laurel Ridge",
        "Cleveland, TN 37312",
        2,
        2,
    ),
    C(
        "Hightower Facilities Group",
        "Marcus Hightower",
        "month end",
        N45,
        "1900 Viaduct Avenue",
        "Nashville, TN 37210",
        2,
        2,
    ),
    C(
        "Redstone Corridor Offices",
        "Bettina Krause",
        "month end",
        N30,
        "77 Gantry Way",
        "Huntsville, AL 35806",
        2,
        1,
        _quarterly(2, 6, "559.35"),
        exempt=True,
    ),
    C(
        "Kestrel Medical Plaza",
        "Ines Aguilar",
        "month end",
        N30,
        "310 Kestrel Drive",
        "Chattanooga, TN 37404",
        2,
        1,
        _quarterly(2, 20, "604.10"),
    ),
    # Slow but certain; nothing moves without a purchase order.
    C(
        "Hollis County Schools",
        "Verna Tidwell",
        "purchase order",
        N30,
        "1 Schoolhouse Hill",
        "Hollis, TN 37336",
        3,
        1,
        exempt=True,
    ),
    C(
        "City of Marlin Springs",
        "Otis Grayson",
        "purchase order",
        N30,
        "100 City Hall Square",
        "Marlin Springs, TN 37332",
        2,
        1,
        exempt=True,
    ),
    C(
        "Walden Gap Technical College",
        "Ruth Ann Pell",
        "purchase order",
        N45,
        "850 Campus Loop",
        "Dunlap, TN 37327",
        2,
        1,
        exempt=True,
    ),
    # Paid when paid: builders who wait for their own customer.
    C(
        "Three Forks Builders",
        "Hank Sayre",
        "paid when paid",
        N30,
        "619 Three Forks Road",
        "Chattanooga, TN 37419",
        1,
        2,
    ),
    C(
        "Ironbark Contractors",
        "Lorraine Fitch",
        "paid when paid",
        N30,
        "27 Ironbark Lane",
        "Jasper, TN 37347",
        1,
        2,
    ),
    C(
        "Stonecutter Construction",
        "Emil Novak",
        "paid when paid",
        N45,
        "1212 Stonecutter Pike",
        "Murfreesboro, TN 37130",
        1,
        1,
    ),
    # Seasonal trade: money stops in October.
    C(
        "Riverbend Bait & Grill",
        "Doreen Maddox",
        "seasonal",
        N15,
        "9901 Riverbend Marina",
        "Harrison, TN 37341",
        2,
        0,
    ),
    C(
        "Tumbling Rock Canoe & Cabins",
        "Jesse Oakley",
        "seasonal",
        N30,
        "44 Tumbling Rock Trail",
        "Ocoee, TN 37361",
        2,
    ),
    C(
        "Frosty Otter Ice Cream",
        "Bea Hollings",
        "seasonal",
        NOW,
        "6 Boardwalk",
        "Scottsboro, AL 35768",
        3,
        1,
        exempt=True,
    ),
    # Disputes with substance.
    C(
        "Pinnacle Produce Storage",
        "Roland Pickett",
        "steady",
        N15,
        "1750 Market Yard",
        "Chattanooga, TN 37407",
        3,
        2,
    ),
    C(
        "Harbor Light Fish House",
        "Stavros Pappas",
        "steady",
        N30,
        "22 Marina Drive",
        "Chattanooga, TN 37402",
        2,
    ),
    # Round sums on account.
    C(
        "Marlow Print Works",
        "Edith Marlow",
        "part payer",
        N30,
        "830 Type Street",
        "Chattanooga, TN 37404",
        2,
        0,
    ),
    C(
        "Honeysuckle Hill Bakery",
        "Rose Ann Tate",
        "steady",
        NOW,
        "19 Honeysuckle Hill",
        "Lookout Mountain, GA 30750",
        2,
        0,
        exempt=True,
    ),
    C(
        "Fort Wren Books & Coffee",
        "Lyle Jessup",
        "steady",
        N30,
        "505 Fort Wren Street",
        "Chattanooga, TN 37403",
        2,
    ),
    # Credits that nobody applied.
    C("Old Mill Brewing", "Caroline Voss", "steady", N30, "3 Old Mill Court", "Chattanooga, TN 37408", 2, 1),
    C(
        "Foundry Street Grill",
        "Teddy Mancuso",
        "steady",
        N15,
        "140 Foundry Street",
        "Chattanooga, TN 37408",
        2,
        0,
    ),
    # "It's in the mail."
    C(
        "Cloverbend Veterinary",
        "Dr. Anne Whitlock",
        "steady",
        N30,
        "2700 Cloverbend Road",
        "Ringgold, GA 30736",
        2,
        0,
        exempt=True,
    ),
    C(
        "Saltbox Cottage Interiors",
        "Julian Frye",
        "steady",
        None,
        "73 Saltbox Lane",
        "Nashville, TN 37206",
        2,
    ),
    # Pays on the evening of day 0.
    C("Lookout Bakery", "Marguerite Dunn", "steady", N30, "9 Incline Street", "Chattanooga, TN 37409", 2, 0),
    # Promises made and not kept.
    C(
        "Apex Fitness Group",
        "Brock Sterling",
        "steady",
        N30,
        "4400 Summit Parkway",
        "Chattanooga, TN 37421",
        2,
        0,
    ),
    C("Ridgecut Swim Club", "Tammy Lovell", "steady", N30, "600 Ridgecut Road", "Chattanooga, TN 37411", 1),
    # No e-mail address in QuickBooks.
    C(
        "Corner Stop Market",
        "Mr. Haddad",
        "steady",
        None,
        "2 Dodds Corner",
        "Chattanooga, TN 37404",
        1,
        0,
        email=False,
    ),
    C(
        "Tri-River Ice & Oyster",
        "Buck Landry",
        "steady",
        NOW,
        "31 Wharf Street",
        "Guntersville, AL 35976",
        1,
        0,
        email=False,
        exempt=True,
    ),
    # Charged on the due date.
    C(
        "Grace Street Church",
        "Pastor Lee Winfield",
        "autopay",
        N30,
        "77 Grace Street",
        "Chattanooga, TN 37403",
        0,
        1,
        _monthly(2, "218.75"),
        exempt=True,
    ),
    C(
        "Willow Bend Storage",
        "Hector Nunez",
        "autopay",
        N30,
        "1600 Willow Bend",
        "Rossville, GA 30741",
        0,
        0,
        _monthly(16, "244.50"),
        exempt=True,
    ),
    # The important customer.
    C(
        "Cumberland Cold Storage",
        "Walter Brandywine",
        "important",
        N45,
        "2000 Cold Storage Way",
        "Nashville, TN 37211",
        3,
        2,
    ),
    # Closed its doors.
    C(
        "Gulf & Grain Deli",
        "Philip Arceneaux",
        "steady",
        N30,
        "410 Grain Street",
        "Huntsville, AL 35801",
        1,
        0,
        exempt=True,
    ),
)

# Northgate's six sites are sub-customers, billed with the parent.
SITES: tuple[tuple[str, Contract], ...] = tuple(
    (name, _quarterly(0, 25, price))
    for name, price in (
        ("Northgate Commons", "412.50"),
        ("Northgate Square", "385.00"),
        ("Falling Leaf Apartments", "468.25"),
        ("Hamill Row Offices", "329.00"),
        ("Pine Ridge Townhomes", "385.00"),
        ("The Arbors at Lake Street", "512.75"),
    )
)
SITES_PARENT = "Northgate Property Management"


def phone(position: int) -> str:
    """The telephone number of the customer at a position, counted from 0."""
    return f"423-555-{101 + position:04d}"
