#include "agent/ground_names.h"

#define K(text)           \
    {                     \
        text, true, false \
    }
#define KW(text)         \
    {                    \
        text, true, true \
    }
#define M(text)            \
    {                      \
        text, false, false \
    }
#define MW(text)          \
    {                     \
        text, false, true \
    }

/* Makes (K) and models (M) that are sold in Mexico or known there, in order; W: guarded. Models
 * that are a number or a letter stand behind their make. */
/* clang-format off */
const ground_world_name_t ground_world[] = {
    MW("118i"), MW("120i"), MW("218i"), MW("220i"), M("296gtb"), MW("300c"), MW("318i"), MW("320i"),
    MW("328i"), MW("330i"), MW("335i"), MW("340i"), MW("350z"), MW("370z"), MW("420i"), MW("430i"),
    MW("440i"), M("4runner"), MW("500l"), MW("500x"), MW("520i"), MW("530i"), MW("540i"),
    MW("570s"), MW("720s"), MW("740i"), MW("750i"), MW("a1"), MW("a200"), MW("a3"), MW("a4"),
    MW("a5"), MW("a6"), MW("a7"), MW("a8"), K("abarth"), M("acadia"), MW("accent"), MW("accord"),
    M("actros"), K("acura"), M("adx"), M("aerio"), K("aion"), K("alfaromeo"), MW("alhambra"),
    M("almera"), KW("alpine"), M("alsvin"), M("altea"), M("altima"), MW("alto"), M("amarok"),
    M("amggt"), M("aprio"), M("argo"), M("ariya"), M("arkana"), MW("armada"), M("arona"),
    M("arrizo"), M("arteon"), M("artura"), K("astonmartin"), MW("astra"), M("asx"), M("ateca"),
    MW("atlantica"), MW("atos"), M("ats"), MW("attitude"), K("audi"), M("audia1"), M("audia3"),
    M("audia4"), M("audia5"), M("audia6"), M("audia7"), M("audia8"), M("audiq2"), M("audiq3"),
    M("audiq5"), M("audiq7"), M("audiq8"), M("audir8"), M("audis3"), M("audis4"), M("audis5"),
    M("auditt"), MW("avanza"), K("avatr"), MW("avenger"), M("aventador"), M("aveo"), MW("aviator"),
    M("azera"), M("aztek"), K("baic"), M("baleno"), MW("beat"), MW("beetle"), M("bentayga"),
    K("bentley"), M("berlingo"), MW("bj40"), MW("blazer"), K("bmw"), MW("bmwi3"), MW("bmwi4"),
    MW("bmwi8"), M("bmwix"), MW("bmwm2"), MW("bmwm3"), MW("bmwm4"), MW("bmwm5"), MW("bmwx1"),
    MW("bmwx2"), MW("bmwx3"), MW("bmwx4"), MW("bmwx5"), MW("bmwx6"), MW("bmwx7"), MW("bmwz4"),
    MW("bolt"), MW("bora"), K("borgward"), MW("born"), M("boxster"), M("bronco"), M("brv"),
    M("brz"), MW("bt50"), K("bugatti"), K("buick"), K("byd"), MW("c180"), MW("c200"), MW("c250"),
    MW("c3"), MW("c30"), MW("c4"), MW("c40"), M("c4cactus"), MW("c5"), MW("caddy"), K("cadillac"),
    MW("caliber"), MW("california"), M("camaro"), M("camry"), MW("canyon"), M("captiva"),
    M("captur"), MW("caribe"), MW("carnival"), MW("carrera"), M("carreragt"), K("caterham"),
    M("cavalier"), M("cayenne"), M("cayman"), M("celica"), M("cerato"), MW("challenger"),
    K("changan"), MW("charger"), M("cherokee"), K("chery"), K("chevrolet"), K("chevy"),
    M("cheyenne"), K("chirey"), M("chiron"), M("chr"), K("chrysler"), M("ciaz"), M("cirrus"),
    K("citroen"), M("citroenc3"), M("citroenc4"), M("citroenc5"), MW("city"), M("civic"), M("cla"),
    M("clasea"), M("claseb"), M("clasec"), M("clasee"), M("claseg"), M("clasegla"), M("clases"),
    M("clio"), M("cls"), M("clubman"), MW("colorado"), M("combi"), MW("commander"), MW("compass"),
    M("continentalgt"), M("coolray"), MW("cooper"), MW("cordoba"), M("corolla"), M("corollacross"),
    M("corsa"), M("corsair"), M("corvette"), M("countach"), M("countryman"), MW("courier"),
    M("crafter"), MW("creta"), M("cronos"), M("crossfox"), M("crossgol"), M("crosssport"),
    M("crosstrek"), M("cruze"), M("crv"), M("crz"), MW("cs35"), MW("cs55"), MW("ct200h"), M("cts"),
    M("cullinan"), K("cupra"), MW("cx3"), MW("cx30"), MW("cx5"), MW("cx50"), MW("cx7"), MW("cx70"),
    MW("cx9"), MW("cx90"), M("cyberster"), M("cybertruck"), MW("d20"), K("dacia"), K("daewoo"),
    K("daihatsu"), MW("dakota"), MW("dart"), MW("dashing"), K("datsun"), MW("defender"),
    MW("derby"), MW("discovery"), M("discoverysport"), M("dmax"), K("dodge"), MW("dolphin"),
    M("dolphinmini"), K("dongfeng"), M("ducato"), MW("durango"), M("duster"), M("dzire"),
    MW("e10x"), M("eado"), M("eclipsecross"), M("econoline"), M("ecosport"), MW("edge"),
    M("elantra"), MW("elf300"), M("emgrand"), MW("enclave"), MW("encore"), MW("endeavor"),
    MW("envision"), M("envista"), M("eos"), M("epace"), M("eqa"), M("eqb"), M("eqc"), M("eqe"),
    M("eqs"), M("equinox"), M("ertiga"), MW("es350"), M("escalade"), MW("escape"), M("estaquitas"),
    M("etios"), M("etron"), MW("eu5"), MW("ev6"), MW("ev9"), MW("everest"), M("evoque"), MW("ex30"),
    K("exeed"), M("exeedvx"), M("exeo"), MW("expedition"), MW("expert"), MW("explorer"),
    MW("express"), MW("f150"), MW("f250"), MW("f350"), MW("f40"), MW("f8"), M("fabia"),
    MW("fastback"), K("faw"), K("ferrari"), M("ferrari458"), M("ferrari488"), M("ferrari812"),
    M("ferrarif8"), K("fiat"), MW("fiesta"), M("figo"), K("fisker"), MW("fit"), M("fjcruiser"),
    M("fluence"), M("flyingspur"), MW("focus"), K("ford"), M("fordka"), M("forester"), M("forfour"),
    M("formentor"), MW("forte"), M("fortwo"), K("foton"), MW("fox"), M("fpace"), M("freelander"),
    M("frisont6"), M("frisont8"), M("frisont9"), MW("frontier"), M("fronx"), M("ftype"),
    MW("fusion"), MW("fx35"), MW("g3"), MW("g37"), MW("g4"), MW("g5"), MW("g6"), MW("g63"),
    MW("g70"), MW("g80"), MW("g90"), K("gac"), M("galant"), M("gallardo"), K("geely"),
    KW("genesis"), M("genesiscoupe"), M("geometryc"), M("ghibli"), MW("ghost"), M("giulia"),
    M("giulietta"), M("gla"), MW("gladiator"), M("glb"), M("glc"), M("gle"), M("glk"), M("gls"),
    K("gmc"), MW("gol"), MW("golf"), MW("gr86"), M("grandam"), M("grandcaravan"),
    M("grandcherokee"), M("grandi10"), M("grandvitara"), M("grandwagoneer"), M("granturismo"),
    K("greatwall"), M("grecale"), MW("groove"), M("gti"), M("gtr"), MW("gv70"), MW("gv80"),
    K("gwm"), MW("gx460"), MW("h1"), MW("h2"), MW("h3"), M("hanev"), K("haval"), M("havalh6"),
    MW("hb20"), M("hiace"), M("highlander"), M("hilux"), K("hino"), K("honda"), K("hongqi"),
    MW("hornet"), M("hrv"), K("hummer"), M("hummerh1"), M("hummerh2"), M("hummerh3"), MW("hunter"),
    M("huracan"), K("hyundai"), M("i10"), M("i20"), MW("i3"), MW("i30"), MW("i4"), MW("i8"),
    MW("ibiza"), MW("id4"), M("ignis"), M("ilx"), M("impala"), M("impreza"), K("infiniti"),
    MW("insight"), M("insignia"), M("integra"), M("ioniq"), MW("is300"), K("isuzu"), K("iveco"),
    M("ix3"), M("ix35"), MW("j4"), K("jac"), MW("jacj4"), MW("jact8"), K("jaecoo"), K("jaguar"),
    M("jaguarxe"), M("jaguarxf"), M("jaguarxj"), K("jeep"), K("jetour"), M("jetta"),
    M("jettaclasico"), M("jettagli"), M("jimny"), K("jmc"), M("johncooperworks"), M("jolion"),
    MW("journey"), M("juke"), MW("junior"), MW("k3"), MW("k4"), K("kaiyi"), M("kangoo"),
    M("kardian"), K("kia"), MW("kiak3"), MW("kiak4"), M("kicks"), M("kizashi"), M("kodiaq"),
    K("koenigsegg"), M("koleos"), MW("kona"), M("kwid"), MW("l200"), M("lacrosse"), KW("lada"),
    M("laferrari"), K("lambo"), K("lamborghini"), MW("lancer"), K("lancia"), M("landcruiser"),
    K("landrover"), M("landtrek"), MW("leaf"), K("leapmotor"), MW("legacy"), MW("leon"),
    MW("levante"), K("lexus"), MW("liberty"), K("lifan"), K("lincoln"), MW("lobo"), M("logan"),
    KW("lotus"), MW("lr2"), MW("lr4"), KW("lucid"), M("lupo"), MW("lx570"), K("lynkco"), M("lyriq"),
    MW("m2"), MW("m3"), MW("m4"), MW("m5"), M("macan"), M("mache"), M("magnite"), K("mahindra"),
    M("malibu"), MW("march"), K("maserati"), M("matiz"), M("matizg2"), MW("matrix"), MW("maverick"),
    MW("maxima"), K("maxus"), K("maybach"), K("mazda"), M("mazda2"), M("mazda3"), M("mazda5"),
    M("mazda6"), K("mclaren"), M("mdx"), M("megane"), K("mercedes"), K("mercedesbenz"),
    KW("mercury"), M("meriva"), K("mg"), MW("mg3"), MW("mg4"), MW("mg5"), MW("mg6"), MW("mg7"),
    M("mggt"), M("mghs"), M("mgone"), MW("mgrx5"), MW("mgrx8"), M("mgzs"), M("miata"), M("micra"),
    KW("mini"), MW("mirage"), MW("mito"), K("mitsubishi"), M("mkc"), M("mks"), M("mkx"), M("mkz"),
    MW("ml350"), M("mobi"), MW("model3"), MW("models"), MW("modelx"), MW("modely"), M("mondeo"),
    MW("montana"), MW("montero"), KW("morgan"), M("multivan"), M("murano"), M("mustang"),
    MW("mx30"), MW("mx5"), MW("n400"), MW("nautilus"), M("navara"), MW("navigator"), MW("neon"),
    KW("nio"), M("niro"), K("nissan"), MW("nitro"), M("nivus"), MW("note"), MW("np300"), M("nsx"),
    MW("nx200"), MW("nx350"), M("octavia"), M("odyssey"), M("okavango"), K("oldsmobile"),
    K("omoda"), M("omoda5"), M("omodac5"), M("onix"), K("opel"), MW("optima"), M("optra"),
    MW("ora03"), M("oroch"), MW("outback"), M("outlander"), M("paceman"), MW("pacifica"),
    K("pagani"), M("palio"), M("palisade"), M("panamera"), MW("panda"), MW("partner"), M("passat"),
    MW("passport"), M("pathfinder"), MW("patriot"), MW("patrol"), K("peugeot"), M("peugeot2008"),
    M("peugeot206"), M("peugeot207"), M("peugeot208"), M("peugeot3008"), M("peugeot301"),
    M("peugeot306"), M("peugeot307"), M("peugeot308"), M("peugeot405"), M("peugeot406"),
    M("peugeot407"), M("peugeot408"), M("peugeot5008"), M("peugeot508"), MW("phantom"),
    M("picanto"), MW("pilot"), M("platina"), K("plymouth"), M("poer"), MW("pointer"), K("polestar"),
    MW("polo"), K("pontiac"), M("pontiacg3"), M("pontiacg4"), M("pontiacg5"), M("pontiacg6"),
    K("porsche"), M("porsche718"), M("porsche911"), MW("portofino"), M("prado"), M("prius"),
    M("promaster"), M("ptcruiser"), MW("pulse"), MW("q2"), MW("q3"), MW("q5"), MW("q50"), MW("q60"),
    MW("q7"), MW("q8"), M("qashqai"), M("quattroporte"), MW("quest"), MW("qx30"), MW("qx50"),
    MW("qx55"), MW("qx60"), MW("qx70"), MW("qx80"), MW("r8"), M("raize"), KW("ram"), M("ram1200"),
    M("ram1500"), M("ram2500"), M("ram4000"), M("ram700"), M("rampromaster"), MW("ranger"),
    M("rangerover"), M("rangeroversport"), MW("raptor"), MW("rav4"), M("rcz"), M("rdx"),
    MW("rebel"), MW("regal"), K("renault"), MW("renegade"), M("ridgeline"), M("rifter"), K("rimac"),
    MW("rio"), K("rivian"), MW("roadster"), MW("rogue"), K("rollsroyce"), MW("roma"), M("routan"),
    K("rover"), MW("rs3"), MW("rs5"), MW("rs6"), MW("rs7"), M("rubicon"), MW("rush"), MW("rx350"),
    MW("rx450h"), MW("s10"), MW("s3"), MW("s4"), MW("s40"), MW("s5"), MW("s60"), MW("s80"),
    MW("s90"), K("saab"), M("safrane"), M("sandero"), M("santafe"), KW("saturn"), M("saveiro"),
    M("scenic"), K("scion"), M("scirocco"), M("scross"), MW("seal"), M("sealion"), KW("seat"),
    M("sebring"), M("sedona"), MW("sei2"), MW("sei3"), MW("sei4"), MW("sei6"), MW("sei7"),
    M("seltos"), M("sentra"), MW("sequoia"), K("seres"), M("serie1"), M("serie2"), M("serie3"),
    M("serie4"), M("serie5"), M("serie6"), M("serie7"), M("serie8"), MW("sf90"), M("sharan"),
    MW("shark"), M("sienna"), MW("sienta"), MW("sierra"), M("silverado"), K("skoda"), MW("skyline"),
    M("slc"), M("slk"), KW("smart"), M("solara"), M("solstice"), MW("sonata"), M("sonet"),
    M("songplus"), MW("sonic"), M("sorento"), MW("soul"), MW("spark"), M("sportage"), M("sportvan"),
    M("sprinter"), MW("sq5"), M("srx"), K("ssangyong"), M("starex"), M("staria"), M("starray"),
    M("stelvio"), M("stepway"), MW("stinger"), MW("strada"), M("stratus"), MW("su7"), K("subaru"),
    M("subaruxv"), M("suburban"), MW("superb"), M("supra"), K("suzuki"), MW("swift"), K("swm"),
    MW("sx4"), MW("symbol"), M("tacoma"), M("tahoe"), M("tangev"), KW("tank"), M("tank300"),
    M("taos"), M("tarraco"), KW("tata"), MW("taurus"), M("taycan"), M("tcross"), M("telluride"),
    MW("tera"), M("teramont"), M("tercel"), MW("terrain"), M("terramar"), MW("territory"),
    K("tesla"), M("testarossa"), M("tiggo"), M("tiggo2"), M("tiggo4"), M("tiggo7"), M("tiggo8"),
    M("tiguan"), M("tiida"), MW("titan"), M("tlx"), MW("toledo"), M("tonale"), MW("tornado"),
    M("tornadovan"), MW("toro"), MW("torrent"), M("touareg"), M("towncountry"), K("toyota"),
    M("toyota86"), MW("tracker"), M("trailblazer"), MW("transit"), MW("transporter"),
    MW("traverse"), M("trax"), M("tribeca"), KW("triumph"), M("tsubame"), M("tsuru"), M("tsx"),
    MW("tucson"), MW("tundra"), M("twingo"), M("txl"), M("unik"), M("unit"), M("univ"), MW("uno"),
    M("uplander"), M("urus"), M("urvan"), MW("ux250h"), MW("v40"), MW("v60"), MW("v90"),
    K("vauxhall"), M("vdrive"), M("vectra"), M("velar"), M("veloster"), MW("vento"), MW("venue"),
    MW("venza"), MW("verano"), M("versa"), M("veyron"), MW("vibe"), K("vinfast"), MW("viper"),
    M("virtus"), M("vitara"), M("vito"), M("vocho"), K("volkswagen"), M("volkswagencc"), K("volvo"),
    MW("voyager"), K("vuhl"), K("vw"), M("wagoneer"), M("windstar"), M("wraith"), M("wrangler"),
    M("wrv"), M("wrx"), MW("x1"), MW("x2"), MW("x25"), MW("x3"), MW("x35"), MW("x4"), MW("x5"),
    MW("x55"), MW("x6"), MW("x7"), MW("x70"), MW("x90"), MW("xc40"), MW("xc60"), MW("xc70"),
    MW("xc90"), K("xiaomi"), MW("xl7"), M("xpander"), K("xpeng"), MW("xt4"), MW("xt5"), MW("xt6"),
    M("xterra"), M("xtrail"), M("yaris"), M("yuanplus"), M("yukon"), MW("z4"), K("zacua"),
    M("zafira"), M("zdx"), K("zeekr"), M("zeekr001"), M("zeekrx"), M("zrv"),
};
/* clang-format on */
const size_t ground_world_count = sizeof ground_world / sizeof *ground_world;

const ground_world_name_t *ground_world_find(str_t compact, bool *more)
{
    size_t low = 0, high = ground_world_count;
    while (low < high) { /* the first that is not below */
        size_t middle = (low + high) / 2;
        if (strncmp(ground_world[middle].name, compact.data, compact.size) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    bool begins = low < ground_world_count &&
                  strncmp(ground_world[low].name, compact.data, compact.size) == 0;
    *more = begins;
    return begins && ground_world[low].name[compact.size] == 0 ? &ground_world[low] : NULL;
}
