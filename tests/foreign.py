"""One short news story in each of twelve languages, written for this project."""

_STORIES = """
de
Bahnstreik legt den Norden lahm
Ein Streik der Lokführer hat am Montag den Zugverkehr in weiten Teilen Norddeutschlands zum
Erliegen gebracht. Die Gewerkschaft verlangt vier Prozent mehr Lohn und kürzere Schichten,
die Bahn nennt die Forderung unbezahlbar. In Hamburg drängten sich Tausende Pendler in die
wenigen Busse, die noch fuhren. Der Verkehrsminister rief beide Seiten auf, noch in dieser
Woche an den Verhandlungstisch zurückzukehren. Nach Angaben der Arbeitgeber kostet jeder
Streiktag rund zwölf Millionen Euro.

fr
Grève des enseignants à Lyon
Plus de deux mille enseignants ont défilé mardi dans les rues de Lyon pour réclamer des
classes moins chargées. Le rectorat assure que des postes seront ouverts à la rentrée, mais
les syndicats jugent ces promesses insuffisantes. Dans plusieurs collèges, les cours ont été
annulés et les cantines sont restées fermées. Le ministre doit recevoir une délégation jeudi
à Paris, avant le vote du budget par les députés.

es
El banco central mantiene los tipos
El banco central decidió el miércoles mantener los tipos de interés pese a que la inflación
bajó por tercer mes consecutivo. La gobernadora explicó que los precios de los alimentos
siguen subiendo y que es pronto para cantar victoria. Los sindicatos piden que los salarios
recuperen lo perdido, mientras que los empresarios temen que el crédito caro frene la
inversión. La bolsa de Madrid cerró la sesión con ligeras pérdidas.

it
Alluvione in Romagna, evacuate mille persone
Le piogge cadute nella notte hanno fatto esondare due fiumi in Romagna e costretto più di
mille persone a lasciare le proprie case. I vigili del fuoco hanno soccorso anziani rimasti
bloccati ai piani alti, mentre le scuole resteranno chiuse fino a venerdì. Il presidente
della regione ha chiesto al governo lo stato di emergenza e nuovi fondi per gli argini,
danneggiati già dalle piene dello scorso anno.

nl
Kabinet wil minder koeien bij natuurgebieden
Het kabinet wil dat boeren in de buurt van kwetsbare natuur hun veestapel verkleinen. Wie
vrijwillig stopt, krijgt een vergoeding voor stallen en grond, zei de minister dinsdag in de
Tweede Kamer. Boerenorganisaties spreken van een dolkstoot en kondigen acties met trekkers
aan. Volgens onderzoekers daalt de uitstoot van stikstof anders te langzaam om de
afgesproken doelen te halen.

sv
Regeringen satsar på nya reaktorer
Regeringen vill låna ut pengar till bolag som bygger nya kärnkraftsreaktorer längs kusten.
Energiministern säger att elpriserna annars blir för höga för industrin i söder.
Oppositionen svarar att vindkraft till havs är både billigare och snabbare att bygga. Ett
förslag ska skickas till riksdagen före sommaren, men flera frågor om avfallet och om vem
som betalar är fortfarande olösta.

pl
Rolnicy zablokowali przejście graniczne
Kilkuset rolników zablokowało w poniedziałek przejście graniczne, żądając zakazu przywozu
taniego zboża. Kolejka ciężarówek miała wieczorem ponad dwadzieścia kilometrów. Minister
rolnictwa zapowiedział dopłaty dla najmniejszych gospodarstw, ale protestujący mówią, że
słyszeli to już wiele razy. Rozmowy mają zostać wznowione w środę w Warszawie.

pt
Seca obriga a racionar água no Algarve
As barragens do Algarve estão abaixo de um quinto da sua capacidade e o governo anunciou na
quinta-feira cortes no fornecimento de água à agricultura e aos campos de golfe. Os
produtores de laranja dizem que vão perder metade da colheita. A ministra do Ambiente
prometeu acelerar a construção de uma central de dessalinização, mas a obra só deverá ficar
pronta dentro de três anos.

fi
Hallitus leikkaa opintotukea
Hallitus aikoo leikata opintotukea ja korottaa samalla lainan määrää, kertoi
valtiovarainministeri keskiviikkona. Opiskelijajärjestöjen mukaan esitys ajaa nuoret
velkaantumaan, ja Helsinkiin on kutsuttu koolle suuri mielenosoitus. Ministeriön laskelmissa
säästö olisi noin sata miljoonaa euroa vuodessa. Eduskunta käsittelee esitystä ennen joulua.

tr
Merkez Bankası faizi değiştirmedi
Merkez Bankası perşembe günü politika faizini değiştirmedi ve enflasyonun yıl sonuna kadar
düşeceğini söyledi. Ekonomistler kararın beklendiğini, ancak liranın değer kaybının
fiyatları yukarı ittiğini belirtiyor. Esnaf örgütleri kiraların ve elektrik faturalarının
ödenemez hale geldiğini anlattı. Maliye bakanı gelecek hafta yeni bir destek paketi
açıklayacak.

ru
Паводок отрезал три посёлка
Из-за паводка на севере области три посёлка остались без дороги и электричества. Спасатели
доставляют продукты и лекарства на лодках, а школы закрыты до конца недели. Губернатор
обещал выплатить пострадавшим компенсацию, однако жители говорят, что денег за прошлый год
они так и не получили. Синоптики ждут, что вода начнёт спадать в воскресенье.

zh
台风逼近东海岸
气象部门星期二发布警报,称今年第九号台风将于周四凌晨在东部沿海登陆。当地政府已要求渔
船回港,并疏散低洼地区的两万多名居民。多家航空公司取消了航班,铁路部门也宣布部分列车
停运。专家提醒,台风带来的暴雨可能引发山洪和泥石流,市民应尽量减少外出。
"""


def _stories() -> dict[str, tuple[str, str]]:
    found = {}
    for story in _STORIES.strip().split("\n\n"):
        code, headline, *lines = story.splitlines()
        found[code] = (headline, " ".join(lines))
    return found


#: Headline and text by language code.
FOREIGN = _stories()
