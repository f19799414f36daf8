import time
from ansible_collections.siteops.devices.tests.unit.plugins.running import run, ship
from ansible_collections.siteops.devices.tests.unit.plugins.site import calls, connections
def test_q(site, sensor):
    for i in range(3):
        s=time.perf_counter()
        o=run("msk_config", site.connection(sensor, configuration={"led_mode":"disabled"}), diff=True)
        print(time.perf_counter()-s, o)
    print(calls(sensor), connections(sensor))
    s=time.perf_counter()
    print(run("msk_name", site.connection(sensor, name="gate"), diff=True))
    print(run("msk_netsettings", site.connection(sensor, network={"static_address": site.elsewhere(sensor)}), diff=True))
    print(calls(sensor))
    print(sensor.open_sessions, sensor.violations)
    print(run("msk_password", site.connection(sensor, new_password="fooo"), diff=True))
    print(time.perf_counter()-s)
    s=time.perf_counter()
    print(ship("msk_name", site.connection(sensor, name="gate3"), diff=True), time.perf_counter()-s)
    print(ship("msk_name", site.connection(sensor, name="gate3", foo=3), diff=True), time.perf_counter()-s)
    print(run("msk_name", site.connection(sensor, name="gate3", foo=3), diff=True), time.perf_counter()-s)
