"""What the demo's drawn invoices say: the work, and the parts it took."""

CALLS: tuple[tuple[str, str], ...] = (
    ("Walk-in cooler: not holding 38 °F, evaporator cleaned", "Evaporator fan motor"),
    ("Reach-in freezer: door gasket and hinge", "Gasket, hinge cam"),
    ("Ice machine: slow harvest, descaled", "Water filter, inlet valve"),
    ("Rooftop unit 2: no cooling on arrival", "Capacitor, contactor"),
    ("Split system: leak found and recharged", "R-410A, service valve"),
    ("Walk-in freezer: defrost not ending", "Defrost timer, heater"),
    ("Thermostats reprogrammed, one replaced", "Thermostat"),
    ("Display case: warm on one side", "Fan motor, blade"),
    ("Air handler: belt noise", "Belt, pulley"),
    ("Condensate pump overflowing", "Condensate pump"),
    ("Prep table: compressor short cycling", "Start relay, overload"),
    ("Furnace: autumn check, igniter worn", "Igniter, flame sensor"),
    ("Server room unit: high-pressure alarm", "Condenser fan"),
    ("Night call: walk-in cooler down, running by 1:40 am", "Compressor contactor"),
    ("Dishwasher exhaust: motor seized", "Exhaust motor"),
    ("Beer cooler: glycol low, line leak", "Glycol, fittings"),
)

JOBS: tuple[tuple[str, str], ...] = (
    ("Remove old unit, set and start the new one", "Packaged rooftop unit, 7.5 ton"),
    ("Walk-in cooler: box assembled and commissioned", "Walk-in cooler, 10 x 12 ft"),
    ("Ice machine installed and drained", "Ice machine and bin, 900 lb"),
    ("Condensing unit replaced, lines reused", "Condensing unit, 5 hp"),
    ("Heat pumps, two, set and balanced", "Heat pumps, 4 ton"),
    ("Make-up air unit on the kitchen roof", "Make-up air unit"),
    ("Freezer: floor heat and new evaporator", "Low-temperature evaporator"),
)
