#include "agent/ground_names.h"

#define M(text)     \
    {               \
        text, false \
    }
#define W(text)    \
    {              \
        text, true \
    }

/* Makes and models that are sold in Mexico or known there, in order; W: guarded. Models that are a
 * number or a letter stand behind their make. */
/* clang-format off */
const ground_world_name_t ground_world[] = {
    W("118i"), W("120i"), W("218i"), W("220i"), M("296gtb"), W("300c"), W("318i"), W("320i"),
    W("328i"), W("330i"), W("335i"), W("340i"), W("350z"), W("370z"), W("420i"), W("430i"),
    W("440i"), M("4runner"), W("500l"), W("500x"), W("520i"), W("530i"), W("540i"),
    W("570s"), W("720s"), W("740i"), W("750i"), W("a1"), W("a200"), W("a3"), W("a4"),
    W("a5"), W("a6"), W("a7"), W("a8"), M("abarth"), M("acadia"), W("accent"), W("accord"),
    M("actros"), M("acura"), M("adx"), M("aerio"), M("aion"), M("alfaromeo"), W("alhambra"),
    M("almera"), W("alpine"), M("alsvin"), M("altea"), M("altima"), W("alto"), M("amarok"),
    M("amggt"), M("aprio"), M("argo"), M("ariya"), M("arkana"), W("armada"), M("arona"),
    M("arrizo"), M("arteon"), M("artura"), M("astonmartin"), W("astra"), M("asx"), M("ateca"),
    W("atlantica"), W("atos"), M("ats"), W("attitude"), M("audi"), M("audia1"), M("audia3"),
    M("audia4"), M("audia5"), M("audia6"), M("audia7"), M("audia8"), M("audiq2"), M("audiq3"),
    M("audiq5"), M("audiq7"), M("audiq8"), M("audir8"), M("audis3"), M("audis4"), M("audis5"),
    M("auditt"), W("avanza"), M("avatr"), W("avenger"), M("aventador"), M("aveo"), W("aviator"),
    M("azera"), M("aztek"), M("baic"), M("baleno"), W("beat"), W("beetle"), M("bentayga"),
    M("bentley"), M("berlingo"), W("bj40"), W("blazer"), M("bmw"), W("bmwi3"), W("bmwi4"),
    W("bmwi8"), M("bmwix"), W("bmwm2"), W("bmwm3"), W("bmwm4"), W("bmwm5"), W("bmwx1"),
    W("bmwx2"), W("bmwx3"), W("bmwx4"), W("bmwx5"), W("bmwx6"), W("bmwx7"), W("bmwz4"),
    W("bolt"), W("bora"), M("borgward"), W("born"), M("boxster"), M("bronco"), M("brv"),
    M("brz"), W("bt50"), M("bugatti"), M("buick"), M("byd"), W("c180"), W("c200"), W("c250"),
    W("c3"), W("c30"), W("c4"), W("c40"), M("c4cactus"), W("c5"), W("caddy"), M("cadillac"),
    W("caliber"), W("california"), M("camaro"), M("camry"), W("canyon"), M("captiva"),
    M("captur"), W("caribe"), W("carnival"), W("carrera"), M("carreragt"), M("caterham"),
    M("cavalier"), M("cayenne"), M("cayman"), M("celica"), M("cerato"), W("challenger"),
    M("changan"), W("charger"), M("cherokee"), M("chery"), M("chevrolet"), M("chevy"),
    M("cheyenne"), M("chirey"), M("chiron"), M("chr"), M("chrysler"), M("ciaz"), M("cirrus"),
    M("citroen"), M("citroenc3"), M("citroenc4"), M("citroenc5"), W("city"), M("civic"), M("cla"),
    M("clasea"), M("claseb"), M("clasec"), M("clasee"), M("claseg"), M("clasegla"), M("clases"),
    M("clio"), M("cls"), M("clubman"), W("colorado"), M("combi"), W("commander"), W("compass"),
    M("continentalgt"), M("coolray"), W("cooper"), W("cordoba"), M("corolla"), M("corollacross"),
    M("corsa"), M("corsair"), M("corvette"), M("countach"), M("countryman"), W("courier"),
    M("crafter"), W("creta"), M("cronos"), M("crossfox"), M("crossgol"), M("crosssport"),
    M("crosstrek"), M("cruze"), M("crv"), M("crz"), W("cs35"), W("cs55"), W("ct200h"), M("cts"),
    M("cullinan"), M("cupra"), W("cx3"), W("cx30"), W("cx5"), W("cx50"), W("cx7"), W("cx70"),
    W("cx9"), W("cx90"), M("cyberster"), M("cybertruck"), W("d20"), M("dacia"), M("daewoo"),
    M("daihatsu"), W("dakota"), W("dart"), W("dashing"), M("datsun"), W("defender"),
    W("derby"), W("discovery"), M("discoverysport"), M("dmax"), M("dodge"), W("dolphin"),
    M("dolphinmini"), M("dongfeng"), M("ducato"), W("durango"), M("duster"), M("dzire"),
    W("e10x"), M("eado"), M("eclipsecross"), M("econoline"), M("ecosport"), W("edge"),
    M("elantra"), W("elf300"), M("emgrand"), W("enclave"), W("encore"), W("endeavor"),
    W("envision"), M("envista"), M("eos"), M("epace"), M("eqa"), M("eqb"), M("eqc"), M("eqe"),
    M("eqs"), M("equinox"), M("ertiga"), W("es350"), M("escalade"), W("escape"), M("estaquitas"),
    M("etios"), M("etron"), W("eu5"), W("ev6"), W("ev9"), W("everest"), M("evoque"), W("ex30"),
    M("exeed"), M("exeedvx"), M("exeo"), W("expedition"), W("expert"), W("explorer"),
    W("express"), W("f150"), W("f250"), W("f350"), W("f40"), W("f8"), M("fabia"),
    W("fastback"), M("faw"), M("ferrari"), M("ferrari458"), M("ferrari488"), M("ferrari812"),
    M("ferrarif8"), M("fiat"), W("fiesta"), M("figo"), M("fisker"), W("fit"), M("fjcruiser"),
    M("fluence"), M("flyingspur"), W("focus"), M("ford"), M("fordka"), M("forester"), M("forfour"),
    M("formentor"), W("forte"), M("fortwo"), M("foton"), W("fox"), M("fpace"), M("freelander"),
    M("frisont6"), M("frisont8"), M("frisont9"), W("frontier"), M("fronx"), M("ftype"),
    W("fusion"), W("fx35"), W("g3"), W("g37"), W("g4"), W("g5"), W("g6"), W("g63"),
    W("g70"), W("g80"), W("g90"), M("gac"), M("galant"), M("gallardo"), M("geely"),
    W("genesis"), M("genesiscoupe"), M("geometryc"), M("ghibli"), W("ghost"), M("giulia"),
    M("giulietta"), M("gla"), W("gladiator"), M("glb"), M("glc"), M("gle"), M("glk"), M("gls"),
    M("gmc"), W("gol"), W("golf"), W("gr86"), M("grandam"), M("grandcaravan"),
    M("grandcherokee"), M("grandi10"), M("grandvitara"), M("grandwagoneer"), M("granturismo"),
    M("greatwall"), M("grecale"), W("groove"), M("gti"), M("gtr"), W("gv70"), W("gv80"),
    M("gwm"), W("gx460"), W("h1"), W("h2"), W("h3"), M("hanev"), M("haval"), M("havalh6"),
    W("hb20"), M("hiace"), M("highlander"), M("hilux"), M("hino"), M("honda"), M("hongqi"),
    W("hornet"), M("hrv"), M("hummer"), M("hummerh1"), M("hummerh2"), M("hummerh3"), W("hunter"),
    M("huracan"), M("hyundai"), M("i10"), M("i20"), W("i3"), W("i30"), W("i4"), W("i8"),
    W("ibiza"), W("id4"), M("ignis"), M("ilx"), M("impala"), M("impreza"), M("infiniti"),
    W("insight"), M("insignia"), M("integra"), M("ioniq"), W("is300"), M("isuzu"), M("iveco"),
    M("ix3"), M("ix35"), W("j4"), M("jac"), W("jacj4"), W("jact8"), M("jaecoo"), M("jaguar"),
    M("jaguarxe"), M("jaguarxf"), M("jaguarxj"), M("jeep"), M("jetour"), M("jetta"),
    M("jettaclasico"), M("jettagli"), M("jimny"), M("jmc"), M("johncooperworks"), M("jolion"),
    W("journey"), M("juke"), W("junior"), W("k3"), W("k4"), M("kaiyi"), M("kangoo"),
    M("kardian"), M("kia"), W("kiak3"), W("kiak4"), M("kicks"), M("kizashi"), M("kodiaq"),
    M("koenigsegg"), M("koleos"), W("kona"), M("kwid"), W("l200"), M("lacrosse"), W("lada"),
    M("laferrari"), M("lambo"), M("lamborghini"), W("lancer"), M("lancia"), M("landcruiser"),
    M("landrover"), M("landtrek"), W("leaf"), M("leapmotor"), W("legacy"), W("leon"),
    W("levante"), M("lexus"), W("liberty"), M("lifan"), M("lincoln"), W("lobo"), M("logan"),
    W("lotus"), W("lr2"), W("lr4"), W("lucid"), M("lupo"), W("lx570"), M("lynkco"), M("lyriq"),
    W("m2"), W("m3"), W("m4"), W("m5"), M("macan"), M("mache"), M("magnite"), M("mahindra"),
    M("malibu"), W("march"), M("maserati"), M("matiz"), M("matizg2"), W("matrix"), W("maverick"),
    W("maxima"), M("maxus"), M("maybach"), M("mazda"), M("mazda2"), M("mazda3"), M("mazda5"),
    M("mazda6"), M("mclaren"), M("mdx"), M("megane"), M("mercedes"), M("mercedesbenz"),
    W("mercury"), M("meriva"), M("mg"), W("mg3"), W("mg4"), W("mg5"), W("mg6"), W("mg7"),
    M("mggt"), M("mghs"), M("mgone"), W("mgrx5"), W("mgrx8"), M("mgzs"), M("miata"), M("micra"),
    W("mini"), W("mirage"), W("mito"), M("mitsubishi"), M("mkc"), M("mks"), M("mkx"), M("mkz"),
    W("ml350"), M("mobi"), W("model3"), W("models"), W("modelx"), W("modely"), M("mondeo"),
    W("montana"), W("montero"), W("morgan"), M("multivan"), M("murano"), M("mustang"),
    W("mx30"), W("mx5"), W("n400"), W("nautilus"), M("navara"), W("navigator"), W("neon"),
    W("nio"), M("niro"), M("nissan"), W("nitro"), M("nivus"), W("note"), W("np300"), M("nsx"),
    W("nx200"), W("nx350"), M("octavia"), M("odyssey"), M("okavango"), M("oldsmobile"),
    M("omoda"), M("omoda5"), M("omodac5"), M("onix"), M("opel"), W("optima"), M("optra"),
    W("ora03"), M("oroch"), W("outback"), M("outlander"), M("paceman"), W("pacifica"),
    M("pagani"), M("palio"), M("palisade"), M("panamera"), W("panda"), W("partner"), M("passat"),
    W("passport"), M("pathfinder"), W("patriot"), W("patrol"), M("peugeot"), M("peugeot2008"),
    M("peugeot206"), M("peugeot207"), M("peugeot208"), M("peugeot3008"), M("peugeot301"),
    M("peugeot306"), M("peugeot307"), M("peugeot308"), M("peugeot405"), M("peugeot406"),
    M("peugeot407"), M("peugeot408"), M("peugeot5008"), M("peugeot508"), W("phantom"),
    M("picanto"), W("pilot"), M("platina"), M("plymouth"), M("poer"), W("pointer"), M("polestar"),
    W("polo"), M("pontiac"), M("pontiacg3"), M("pontiacg4"), M("pontiacg5"), M("pontiacg6"),
    M("porsche"), M("porsche718"), M("porsche911"), W("portofino"), M("prado"), M("prius"),
    M("promaster"), M("ptcruiser"), W("pulse"), W("q2"), W("q3"), W("q5"), W("q50"), W("q60"),
    W("q7"), W("q8"), M("qashqai"), M("quattroporte"), W("quest"), W("qx30"), W("qx50"),
    W("qx55"), W("qx60"), W("qx70"), W("qx80"), W("r8"), M("raize"), W("ram"), M("ram1200"),
    M("ram1500"), M("ram2500"), M("ram4000"), M("ram700"), M("rampromaster"), W("ranger"),
    M("rangerover"), M("rangeroversport"), W("raptor"), W("rav4"), M("rcz"), M("rdx"),
    W("rebel"), W("regal"), M("renault"), W("renegade"), M("ridgeline"), M("rifter"), M("rimac"),
    W("rio"), M("rivian"), W("roadster"), W("rogue"), M("rollsroyce"), W("roma"), M("routan"),
    M("rover"), W("rs3"), W("rs5"), W("rs6"), W("rs7"), M("rubicon"), W("rush"), W("rx350"),
    W("rx450h"), W("s10"), W("s3"), W("s4"), W("s40"), W("s5"), W("s60"), W("s80"),
    W("s90"), M("saab"), M("safrane"), M("sandero"), M("santafe"), W("saturn"), M("saveiro"),
    M("scenic"), M("scion"), M("scirocco"), M("scross"), W("seal"), M("sealion"), W("seat"),
    M("sebring"), M("sedona"), W("sei2"), W("sei3"), W("sei4"), W("sei6"), W("sei7"),
    M("seltos"), M("sentra"), W("sequoia"), M("seres"), M("serie1"), M("serie2"), M("serie3"),
    M("serie4"), M("serie5"), M("serie6"), M("serie7"), M("serie8"), W("sf90"), M("sharan"),
    W("shark"), M("sienna"), W("sienta"), W("sierra"), M("silverado"), M("skoda"), W("skyline"),
    M("slc"), M("slk"), W("smart"), M("solara"), M("solstice"), W("sonata"), M("sonet"),
    M("songplus"), W("sonic"), M("sorento"), W("soul"), W("spark"), M("sportage"), M("sportvan"),
    M("sprinter"), W("sq5"), M("srx"), M("ssangyong"), M("starex"), M("staria"), M("starray"),
    M("stelvio"), M("stepway"), W("stinger"), W("strada"), M("stratus"), W("su7"), M("subaru"),
    M("subaruxv"), M("suburban"), W("superb"), M("supra"), M("suzuki"), W("swift"), M("swm"),
    W("sx4"), W("symbol"), M("tacoma"), M("tahoe"), M("tangev"), W("tank"), M("tank300"),
    M("taos"), M("tarraco"), W("tata"), W("taurus"), M("taycan"), M("tcross"), M("telluride"),
    W("tera"), M("teramont"), M("tercel"), W("terrain"), M("terramar"), W("territory"),
    M("tesla"), M("testarossa"), M("tiggo"), M("tiggo2"), M("tiggo4"), M("tiggo7"), M("tiggo8"),
    M("tiguan"), M("tiida"), W("titan"), M("tlx"), W("toledo"), M("tonale"), W("tornado"),
    M("tornadovan"), W("toro"), W("torrent"), M("touareg"), M("towncountry"), M("toyota"),
    M("toyota86"), W("tracker"), M("trailblazer"), W("transit"), W("transporter"),
    W("traverse"), M("trax"), M("tribeca"), W("triumph"), M("tsubame"), M("tsuru"), M("tsx"),
    W("tucson"), W("tundra"), M("twingo"), M("txl"), M("unik"), M("unit"), M("univ"), W("uno"),
    M("uplander"), M("urus"), M("urvan"), W("ux250h"), W("v40"), W("v60"), W("v90"),
    M("vauxhall"), M("vdrive"), M("vectra"), M("velar"), M("veloster"), W("vento"), W("venue"),
    W("venza"), W("verano"), M("versa"), M("veyron"), W("vibe"), M("vinfast"), W("viper"),
    M("virtus"), M("vitara"), M("vito"), M("vocho"), M("volkswagen"), M("volkswagencc"), M("volvo"),
    W("voyager"), M("vuhl"), M("vw"), M("wagoneer"), M("windstar"), M("wraith"), M("wrangler"),
    M("wrv"), M("wrx"), W("x1"), W("x2"), W("x25"), W("x3"), W("x35"), W("x4"), W("x5"),
    W("x55"), W("x6"), W("x7"), W("x70"), W("x90"), W("xc40"), W("xc60"), W("xc70"),
    W("xc90"), M("xiaomi"), W("xl7"), M("xpander"), M("xpeng"), W("xt4"), W("xt5"), W("xt6"),
    M("xterra"), M("xtrail"), M("yaris"), M("yuanplus"), M("yukon"), W("z4"), M("zacua"),
    M("zafira"), M("zdx"), M("zeekr"), M("zeekr001"), M("zeekrx"), M("zrv"),
};
/* clang-format on */
const size_t ground_world_count = sizeof ground_world / sizeof *ground_world;

const ground_world_name_t *ground_world_find(str_t compact)
{
    size_t low = 0, high = ground_world_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        const char *name = ground_world[middle].name;
        int order = strncmp(name, compact.data, compact.size);
        if (order == 0 && name[compact.size] == 0)
            return &ground_world[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}
