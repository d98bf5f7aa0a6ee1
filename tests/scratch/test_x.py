import time
from tests.kit import World
from tests.lived import *
from tests.wire import *
async def test_live(rapport: World, caplog):
    album = Album(rapport)
    t=time.time()
    life = await live(rapport)
    print("lived", time.time()-t)
    for s in life.dm.pings(): print("-----"); print(s.plain[:300], s.labels)
    print(len(album.found))
    from collections import Counter
    c = Counter(s.route.action for s in album.found.values())
    print(c)
    print(sorted(set(rapport.bot.router.handlers)-set(c)))
    print(caplog.text[-3000:])
