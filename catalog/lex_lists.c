/*
 * Words that are not cars, in Spanish, English and Portuguese, folded. The first list is dropped
 * from searches and questions; both lists keep a misspelling from being read into a word that is
 * spelt right ("venta" is no Vento, "cámara" no Camaro).
 */
#include "catalog/lex.h"

#include <stdio.h>

/* clang-format off */
/* Each list of words between blanks. */
static const char fillers[] =
    " a al algo algun alguna algunas alguno algunos ante antes aqui asi aun aunque bien bueno buena buenas "
    "buenos cada como con cosa cosas cual cuales cuando cuanto cuanta cuantos cuantas da dame dar de del desde "
    "dia dias dice digo dime donde dos e el ella ellas ellos en entonces entre era eres es esa esas ese eso "
    "esos esta estan estar estas este esto estos estoy favor fue gracias gran ha haber han has hasta hay he "
    "hola hoy ir jaja joven la las le les lo los mas me mejor menos mi mis mio mucho muchos muy nada ni no nos "
    "nosotros nuestro o ok oiga oye otra otras otro otros para pero poco por porque pues que quien quienes saludos "
    "se sea senor senorita ser si sin sobre solo son soy su sus tal tambien tan tanto te tengo ti tiene tienen "
    "tienes todavia todo toda todos todas traen traes tu tus u un una unas uno unos usted ustedes va vamos van "
    "ver vez voy y ya yo tardes noches disculpe disculpa puede pueden puedo podria podrian "
    "busco buscando buscamos quiero queria quisiera queremos necesito ocupo tendra tendran tendras hubiera "
    "manejan manejas venden vendes vende interesa interesan intereso interesado interesada gusta gustan "
    "gustaria gustaba encanta late laten muestra muestrame mostrar ensename ensena mandame pasame comprar compro "
    "compra opcion opciones alguien carro carros auto autos coche coches vehiculo vehiculos automovil automoviles "
    "unidad unidades nave modelo modelos marca marcas version versiones ano anos precio precios "
    "costo costos cuesta cuestan vale valen sale salen barato barata baratos baratas economico economica economicos "
    "economicas caro caros usado usados usada usadas seminuevo seminuevos seminueva nuevo nuevos nueva "
    "disponible disponibles info informacion detalle detalles mil pesos mxn km kms kilometros puertas rango maximo "
    "familiar familia bonito bonita bonitos lindo linda grande grandes chico chica comodo comoda rendidor confiable buen estado excelente excelentes "
    "tienda agencia loja shop store dealership fica ficam "
    "minimo presupuesto aproximadamente maso alrededor cerca hacia tipo estilo "
    "the an and or of for in on at to from with without is are am be do does did you your we our i my it its "
    "this that these those what which who how much many any some have has got there hi hello hey please thanks "
    "thank can could would will want wants need needs looking look search find show see like buy buying sell car "
    "cars vehicle vehicles auto used new cheap cheapest price prices under below over than less more up not me us "
    "um uma uns umas os ao aos do dos das na nos em com por para e ou eu voce voces tem temos meu minha seu "
    "sua que quero queria gostaria preciso procuro procurando comprar ver mostre mostra carro carros veiculo "
    "preco barato novo usado ate mais menos oi ola bom boa obrigado obrigada tudo isso esse essa aquele nao sim ";

static const char common[] =
    " abadia acacia acaia acalia acara accents accept accords acedia acera achura acidia "
    "actitud acuar acuara acuda acudia acuea acula acure acusa acuta afona agro altitude "
    "altiva amura anadia anona anteca anura aptitude apura arana arcadia arcona areca arena "
    "aroca aroma ascent asteca ataca ateia atera atica atitude atona attitudes atura audio "
    "audios avanca avanzar avanzo azteca balano baleio baleo balero beetled beetles beleno "
    "beta branco brick brinco broco bronca bronce broncho bronzo camara camarao camaras "
    "camargo camaron cambaro camero captar captava captivar captive captivo captor captura "
    "capture capturo careta carry casea cativa cautiva cayente centra certa challenge "
    "challenged challenges changa charge charged charges charter civica civico civics civil "
    "civis clarea clase clases cogolla colocado colorada colorido compasso cooker cooler "
    "cooped coopera coopero copper copra countrymen craze creia crema crera cresa cresta cruce "
    "crude cruza cruzei cruzem cruzes cruzo cubra cuera cuesta cumpra cupira curra decender "
    "defende defended defendei defendem defendera defendes defendeu dehender depender discover "
    "discovers dodged dodges durando dusted dustier encalve encape encare encere encobre "
    "encode encored encores encorpe encrave enslave entra equino equinos escalada escalado "
    "escalate escalde escale escapa escapade escaped escapei escapem escapes escapo escarpe "
    "escave escore explorar explore explored explorei explorem explores farte fermentar "
    "fermentos fermentou ferrai ferrar ferrara ferrarei ferraria festa fision fita focas focos "
    "fonte force forested forge forje forma forme forre fortes forth forts forty foste foto "
    "fotos fresta frontiers frostier frote fuerte furte geneses grooved grooves groovy grove "
    "highlands hondo honra horda ibira impresa impureza infinita infinite infinito journeys "
    "kinks leno logran macae macana macar macas macau macon magda manda mandan mandas mande "
    "mando mantero marcan marcar marcha marche marcho marco marsh marzo match mazada miragem "
    "mirages molestar monteiro montemo montera monteron mortero motero navegador navigated "
    "navigates navigation norte oroco pacific pacificai pacificam pacificar pacificas pacifico "
    "partners passa passai passam passar passas patrio patrios patriota patriots piel pilon "
    "pilota pilote piloto pivot pontica pool porche pries pules pulsa pulsea pulsed pulsei "
    "pulsem pulses pulso purse quinta raise raizes range ranged rangei rangem rangera rangers "
    "ranges rangeu ranker regai regala regale regalo regam regar regas regla rejal renal "
    "renegada renegaded renegades renegado retal saleiro saltos seletos selos senara senera "
    "senora senta sentar sentara sentia sentira sentry septos serie series serra seta sextos "
    "shark shift shortage siena sientan sierro sierva smarts soltos sonico spank spare sparks "
    "spars stark start suburbano swifts tierra timida tinida toldo tolero tormentor tracked "
    "transir transita transite transito transits transmit triumphs venco vendo veneto vengo "
    "venho venta ventas vente ventor ventos ventou vents veras verba verga veria verja verla "
    "verle verlo versai versal versam versao versar versas verse verso versta versus verta "
    "verto vetara viento virara virtud virtue virtues virus visara vitar volto volumen volva "
    "volve volver volvi volvio votara wrangle wrangled wrangles yards yarns ";
/* clang-format on */

static bool in(const char *list, str_t word)
{
    char needle[LEX_MAX_WORD + 3];
    if (word.size > LEX_MAX_WORD)
        return false;
    snprintf(needle, sizeof needle, " %.*s ", STR_ARG(word));
    return strstr(list, needle) != NULL;
}

bool lex_is_filler(str_t folded)
{
    return in(fillers, folded);
}

bool lex_is_common(str_t folded)
{
    return in(fillers, folded) || in(common, folded);
}
