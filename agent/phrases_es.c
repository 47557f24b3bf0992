/* Spanish of Mexico. */
#include "agent/phrases.h"

/* clang-format off */
const phrase_table_t phrases_es = {
    [PHRASE_HELLO] = {
        "{hi} [Te|Le] damos la bienvenida a {shop}. ¿[Buscas|Busca] una marca, un tipo de auto o algo según [tu|su] presupuesto?",
        "{hi} Aquí en {shop} [te|le] ayudo a encontrar auto. ¿[Tienes|Tiene] alguno en mente o un presupuesto?"},
    [PHRASE_HELLO_AGAIN] = {
        "¡Hola de nuevo! ¿Seguimos con lo que vimos o [te|le] busco otra cosa?",
        "¡Qué gusto [leerte|leerle] otra vez! ¿En qué auto [andas pensando|anda pensando]?",
        "Aquí sigo para [ayudarte|ayudarle]. ¿Qué auto [te|le] busco?"},
    [PHRASE_HI] = {"¡Hola!"},
    [PHRASE_WHO] = {
        "Soy el asistente automático de {shop}: busco autos en el catálogo, calculo mensualidades y resuelvo dudas. ¿Qué [te|le] gustaría ver?",
        "Soy un asistente automático, no una persona; conozco el catálogo de {shop} y hago cuentas de crédito. ¿[Buscas|Busca] algún auto en especial?"},
    [PHRASE_THANKS] = {
        "¡Con gusto! Cualquier otra cosa, aquí [me escribes|me escribe].",
        "¡A [ti|usted]! Si [quieres|quiere] ver otro auto o hacer cuentas, aquí ando.",
        "No hay de qué. Aquí sigo para lo que [necesites|necesite]."},
    [PHRASE_BYE] = {
        "¡Gracias por escribir! Cuando [quieras|quiera] retomamos justo donde nos quedamos.",
        "¡Que [te|le] vaya muy bien! Aquí sigo cuando [quieras|quiera] volver a ver opciones.",
        "¡Hasta pronto! Por aquí [me encuentras|me encuentra] cuando [gustes|guste]."},
    [PHRASE_YES] = {
        "¡Va! [Dime|Dígame] qué auto [te|le] late, o marca y presupuesto, y [te|le] muestro opciones.",
        "Perfecto. ¿Qué [te|le] busco: una marca, un tipo de auto o algo por presupuesto?"},
    [PHRASE_NO] = {
        "Sin problema. ¿Qué cambiamos: la marca, el tipo de auto o el presupuesto?",
        "Está bien. Si [quieres|quiere], [dime|dígame] qué no [te|le] convenció y busco por otro lado.",
        "Entendido. ¿Buscamos algo distinto?"},
    [PHRASE_RESET] = {
        "Listo, empezamos de cero. ¿Qué auto [buscas|busca]?",
        "Hecho, borrón y cuenta nueva. ¿Qué auto [te|le] busco?"},
    [PHRASE_PERSON] = {
        "Claro, ya le avisé a un asesor. [Te|Le] escribe por aquí en cuanto se desocupe{hours}.",
        "Con gusto: un asesor ya tiene [tu|su] mensaje y [te|le] contesta por este mismo chat en cuanto pueda{hours}.",
        "Ya está avisado un asesor; en cuanto se desocupe [te|le] escribe por aquí{hours}."},
    [PHRASE_LEAD] = {
        "Ya le avisé a un asesor, que [te|le] escribe por aquí.",
        "Anotado: un asesor ya lo tiene y [te|le] escribe por este chat.",
        "Un asesor ya está enterado y [te|le] contesta por aquí."},
    [PHRASE_PERSON_CLOSED] = {
        "Ahorita no hay nadie en la agencia; abrimos {when}. Si [quieres|quiere], [déjame|déjeme] aquí [tu|su] mensaje y se lo paso.",
        "En este momento está cerrado y abrimos {when}. [Escríbeme|Escríbame] lo que [quieras|quiera] que sepan y se lo dejo."},
    [PHRASE_PERSON_NOTED] = {
        "Anotado: se lo dejo al asesor.",
        "Listo, el asesor lo lee en cuanto llegue."},
    [PHRASE_PERSON_OFFER] = {
        "Si [prefieres|prefiere] que [te|le] escriba un asesor, [dime|dígame] «asesor».",
        "También [te|le] puede ayudar un asesor: [escribe|escriba] «asesor» y le aviso."},
    [PHRASE_PERSON_CALM] = {
        "Lamento la molestia. Si [prefieres|prefiere] hablar con un asesor, [dime|dígame] «asesor» y le aviso.",
        "Siento que esto no [te|le] esté ayudando. [Escribe|Escriba] «asesor» y le aviso a uno."},
    [PHRASE_ABUSE] = {
        "Lamento la molestia. ¿[Te|Le] ayudo con algún auto o [prefieres|prefiere] que [te|le] escriba un asesor?",
        "Entiendo que [estés molesto|esté molesto]. Con gusto [te|le] sigo ayudando con autos o [te|le] paso con un asesor, ¿qué [prefieres|prefiere]?"},

    [PHRASE_TRICK_PRICE] = {
        "Los precios y las condiciones son los del catálogo y no los puedo cambiar por aquí.",
        "Eso no lo puedo hacer: los precios son los que están publicados.",
        "Ni por aquí ni de otra forma puedo cambiar los precios del catálogo."},
    [PHRASE_TRICK] = {
        "En eso no [te|le] puedo ayudar; lo mío son los autos del catálogo.",
        "Eso no lo puedo hacer: aquí solo veo autos, con sus precios.",
        "Mejor sigamos con los autos, que es lo que sé.",
        "Por ahí no puedo [seguirte|seguirle]; de autos, lo que [quieras|quiera].",
        "Eso queda fuera de lo que hago aquí: mostrar autos y hacer cuentas."},
    [PHRASE_HAGGLE] = {
        "Los precios son los del catálogo y no los puedo mover por aquí.",
        "El precio publicado es el que manejo y no tengo forma de cambiarlo.",
        "Por este medio no hago cambios de precio: es el que [ves|ve] en el catálogo.",
        "Ahí no [te|le] puedo ayudar: el precio es el publicado.",
        "De precio no me puedo mover, es el que está en el catálogo."},
    [PHRASE_OFFTOPIC] = {
        "De eso no sé mucho: lo mío son los autos.",
        "Ahí sí [te|le] quedo mal, yo nada más sé de autos.",
        "Eso se sale de lo mío, que son los autos.",
        "Ese tema no lo domino; de autos, lo que [gustes|guste].",
        "Con eso no [te|le] puedo ayudar, pero con autos sí."},
    [PHRASE_CHEAPEST] = {
        "Si [quieres|quiere], [te|le] muestro los {name} más económicos: el primero está en {price}.",
        "Lo que sí puedo es [mostrarte|mostrarle] los {name} de menor precio, que empiezan en {price}."},
    [PHRASE_CHEAPEST_FIRST] = {
        "Esos ya van del más barato al más caro: el primero es el {name}, en {price}. ¿Busco de otra marca o de otro tipo?",
        "Más baratos que esos no tengo: el de menor precio es el {name}, en {price}. ¿Quitamos algún filtro?"},
    [PHRASE_CAR_AT] = {
        "El *{car}* está en {price} y ese precio no lo puedo mover por aquí.",
        "Ese *{car}* cuesta {price}, que es lo publicado, y no tengo forma de bajarlo.",
        "{price} es el precio del *{car}* y de ahí no me puedo mover."},
    [PHRASE_HOW_HELP] = {
        "Aquí sigo. ¿[Te|Le] busco un auto o hago una cuenta de mensualidades?",
        "¿En qué [te|le] ayudo: buscar un auto, hacer cuentas o alguna duda de la agencia?"},
    [PHRASE_UNKNOWN_WORDS] = {
        "No encontré «{words}» en el catálogo. ¿[Buscas|Busca] alguna marca, un tipo de auto o un rango de precio?",
        "De «{words}» no me aparece nada. ¿Me [dices|dice] la marca, el modelo o cuánto [quieres|quiere] gastar?"},
    [PHRASE_LEAD_BACK] = {
        "¿Qué auto [te|le] gustaría ver?",
        "¿[Buscas|Busca] algún auto en especial?",
        "¿[Te|Le] muestro opciones por marca o por presupuesto?",
        "¿Vemos camionetas, sedanes o algo más compacto?",
        "¿Qué tipo de auto [te|le] acomoda?",
        "¿Por qué marca empezamos?"},
    [PHRASE_LEAD_QUOTE] = {
        "¿[Te|Le] hago la cuenta a un plazo y con un enganche que [te|le] acomoden?",
        "¿[Te|Le] calculo las mensualidades a un plazo más largo?",
        "¿Vemos con cuánto de enganche queda cómoda la mensualidad?"},
    [PHRASE_NO_WORDS] = {
        "Por aquí solo puedo leer texto: no me es posible ver ni oír lo que [mandaste|mandó]. ¿Me [escribes|escribe] qué auto [buscas|busca]?",
        "Eso no lo puedo abrir, solo leo mensajes escritos. [Cuéntame|Cuénteme] con palabras en qué [te|le] ayudo.",
        "Recibí [tu|su] mensaje, pero sin texto no lo puedo leer. ¿Me lo [escribes|escribe], por favor?"},
    [PHRASE_BESIDE_WORDS] = {
        "Solo leo texto: no pude ver ni oír lo que [mandaste|mandó].",
        "Lo que [mandaste|mandó] además del texto no lo puedo abrir aquí."},
    [PHRASE_LEAVE] = {
        "Listo, ya no [te|le] mandamos mensajes. Si [cambias|cambia] de idea, [escribe|escriba] *ALTA*.",
        "Entendido: no [recibirás|recibirá] más mensajes. Para volver, basta con que [escribas|escriba] *ALTA*."},
    [PHRASE_RETURN] = {
        "¡Qué bueno que [vuelves|vuelve]! ¿Qué auto [te|le] busco?",
        "¡Aquí estamos de nuevo! ¿Qué auto [tienes|tiene] en mente?"},
    [PHRASE_NOT_UNDERSTOOD] = {
        "No [te|le] entendí bien. [Dime|Dígame] una marca, un tipo de auto o un presupuesto y [te|le] muestro opciones.",
        "Perdón, no [te|le] seguí. ¿[Buscas|Busca] alguna marca o un rango de precio?",
        "Creo que no entendí. ¿Me lo [dices|dice] de otra forma, por ejemplo «una camioneta automática barata»?",
        "Esa no la caché. ¿Qué auto [tienes|tiene] en mente?",
        "Se me fue lo que [quisiste|quiso] decir. ¿[Te|Le] busco por marca, por tipo o por precio?"},
    [PHRASE_TROUBLE] = {
        "Ahorita no me deja abrir el catálogo. [Escríbeme|Escríbame] de nuevo en un par de minutos, por favor.",
        "Se me está tardando el catálogo. ¿Me [escribes|escribe] otra vez en un momentito?"},
    [PHRASE_TROUBLE_SHOWN] = {
        "Ahorita no me deja abrir el catálogo. Mientras, ¿[quieres|quiere] que [te|le] recuerde el precio de alguno de los que vimos?",
        "Se me está tardando el catálogo; lo intento de nuevo en cuanto me [escribas|escriba]."},
    [PHRASE_DOLLARS] = {
        "Ojo: nuestros precios están en pesos mexicanos.",
        "Aquí todo está en pesos mexicanos, no en dólares."},

    [PHRASE_VAGUE] = {
        "Con gusto. Tengo {total} autos, desde {price}; [mira|mire] estos {n} para empezar:",
        "Claro que sí. Hay {total} autos desde {price}. [Te|Le] dejo {n} para ir viendo:",
        "¡Va! De {total} autos, van {n} para empezar:"},
    [PHRASE_ASK_BUDGET] = {
        "¿Qué presupuesto [traes|trae] más o menos?",
        "¿Como de cuánto es [tu|su] presupuesto?",
        "¿Hasta cuánto [quieres|quiere] gastar?"},
    [PHRASE_LIST_SOME] = {"Tengo {total} {what}. L<os|as> primer<os|as> {n}:",
        "Hay {total} {what}. Van l<os|as> primer<os|as> {n}:",
        "Encontré {total} {what}. Aquí van {n}:"},
    [PHRASE_LIST_ALL] = {"Tengo {total} {what}:", "Hay {total} {what}:", "Encontré {total} {what}:"},
    [PHRASE_LIST_ONE] = {
        "De {what} tengo un<o|a> sol<o|a>:",
        "Solo hay un<o|a> de {what}:",
        "Encontré un<o|a> sol<o|a> de {what}:"},
    [PHRASE_LIST_PAGE] = {
        "Van <del|de la> {from} <al|a la> {to} de {total} {what}:",
        "Aquí [tienes|tiene] <del|de la> {from} <al|a la> {to} de {total} {what}:"},
    [PHRASE_LIST_PAGE_ONE] = {"Va <el|la> {from} de {total} {what}:", "Y <el último|la última>, <el|la> {from} de {total} {what}:"},
    [PHRASE_PAGE_OF] = {"Página {page} de {pages}."},
    [PHRASE_MORE_OTHERS] = {
        "[Escribe|Escriba] *más* para ver l<os|as> otr<os|as> {n}, o [dime|dígame] cuál [te|le] [late|gusta] y [te|le] digo cuánto quedaría al mes.",
        "Con *más* [ves|ve] l<os|as> otr<os|as> {n}. ¿Cuál [te|le] llama la atención?",
        "Quedan {n} por ver: [escribe|escriba] *más*. ¿O ya [te|le] gustó algun<o|a>?",
        "Me faltan {n} por [mostrarte|mostrarle]; van con *más*. ¿Algun<o|a> de est<os|as> [te|le] interesa?",
        "Si [escribes|escribe] *más*, van l<os|as> otr<os|as> {n}. ¿Cuál cotizamos?"},
    [PHRASE_MORE_NEXT] = {
        "[Escribe|Escriba] *más* para ver l<os|as> siguientes {n}, o [dime|dígame] cuál [te|le] [late|gusta] y [te|le] digo cuánto quedaría al mes.",
        "Con *más* [te|le] enseño l<os|as> siguientes {n}. ¿Cuál [te|le] llama la atención?",
        "Hay más: [escribe|escriba] *más* y van l<os|as> siguientes {n}. ¿O ya [te|le] gustó algun<o|a>?",
        "Si ningun<o|a> [te|le] convence, [escribe|escriba] *más* y vemos otr<os|as> {n}. ¿Cuál va ganando?",
        "Van {n} más si [escribes|escribe] *más*. ¿Cotizamos algun<o|a> de est<os|as>?",
        "¿Seguimos con *más* o afinamos la búsqueda por precio, año o marca?"},
    [PHRASE_MORE_ONE] = {
        "[Escribe|Escriba] *más* para ver <el otro|la otra>, o [dime|dígame] cuál [te|le] [late|gusta] y [te|le] digo cuánto quedaría al mes.",
        "Falta un<o|a> por ver: [escribe|escriba] *más*. ¿O ya [te|le] gustó algun<o|a>?",
        "Con *más* [ves|ve] <el|la> que falta. ¿Cuál [te|le] llama la atención?"},
    [PHRASE_PAGE_LAST] = {
        "Son tod<os|as>.",
        "Con est<os|as> ya son tod<os|as>.",
        "Hasta aquí la lista.",
        "Ya no hay más de est<os|as>."},
    [PHRASE_ASK_WHICH] = {
        "[Dime|Dígame] cuál [te|le] [late|gusta] y [te|le] digo cuánto quedaría al mes.",
        "¿Cuál [te|le] gustaría que [te|le] cotice?",
        "¿De cuál [quieres|quiere] que haga la cuenta?",
        "¿[Te|Le] gustó algun<o|a>?",
        "¿Con cuál hacemos números?",
        "¿Cuál [te|le] llama más la atención?"},
    [PHRASE_ASK_ONE] = {
        "¿[Te|Le] calculo cuánto quedaría al mes?",
        "¿[Quieres|Quiere] que [te|le] haga la cuenta a meses?",
        "¿Vemos cómo quedaría a meses?"},
    [PHRASE_MORE_NONE] = {
        "Ya [viste|vio] tod<os|as>: son {total} en total. ¿Movemos el presupuesto o vemos otra marca?",
        "No hay más: con esos {total} se acaba la lista. ¿[Quieres|Quiere] que busque algo parecido?",
        "Esa era la última página, con {total} en total. ¿Cambiamos algún filtro?"},
    [PHRASE_BACK_NONE] = {
        "Esa ya es la primera página. ¿[Te|Le] gustó algun<o|a> de l<os|as> que [te|le] mostré?",
        "No hay nada antes: es la primera página. ¿Seguimos con la que sigue?"},
    [PHRASE_PAGE_NONE_SUCH] = {"La lista tiene {pages} páginas. ¿Cuál [quieres|quiere] ver?",
        "Solo hay {pages} páginas. ¿[Te|Le] muestro la última?"},
    [PHRASE_MORE_OF_WHAT] = {
        "Con gusto, ¿más de qué? [Dime|Dígame] una marca, un tipo de auto o un presupuesto.",
        "Todavía no hemos visto ninguna lista. ¿Qué auto [buscas|busca]?"},
    [PHRASE_SUPPOSE] = {"Supongo que [buscas|busca] *{name}*. ", "Entiendo que [dices|dice] *{name}*. "},
    [PHRASE_EMPTY] = {"No tengo {what} por ahora.", "Ahorita no hay {what}.", "Por el momento no encontré {what}."},
    [PHRASE_NEAREST] = {
        "Lo más cercano que hay son {total} {what}:",
        "Lo que más se acerca son {total} {what}:",
        "Lo más parecido que tengo son {total} {what}:"},
    [PHRASE_ASK_OTHER] = {
        "¿Buscamos con otra marca o con otro presupuesto?",
        "¿Qué le movemos: marca, año o precio?"},
    [PHRASE_NOT_CARRIED] = {"{name} no manejamos por ahora.", "Por ahora no tengo {name}.", "{name} no hay en este momento."},
    [PHRASE_NEAR] = {"De lo que más hay: {near}.", "Lo que sí tengo: {near}."},
    [PHRASE_ASK_SHOW] = {"¿[Te|Se] los muestro?", "¿[Quieres|Quiere] verlos?"},
    [PHRASE_NO_SUCH_PLACE] = {
        "En la lista hay {n}. ¿Cuál de ellos [te|le] interesa?",
        "La lista llega hasta el {n}. ¿De cuál [quieres|quiere] que hablemos?"},
    [PHRASE_STILL] = {"Sí, hoy sigue a la venta. No puedo apartarlo desde aquí, así que podría venderse antes.", "Sí, hasta este momento está a la venta; si alguien se adelanta, podría venderse."},
    [PHRASE_SOLD] = {"El *{car}* ya se vendió.", "Ese, el *{car}*, ya está vendido."},
    [PHRASE_SOLD_NONE] = {"Por ahora no tengo otro parecido. ¿[Te|Le] muestro algo distinto?", "No me queda otro como ese. ¿Qué más [te|le] gustaría ver?"},
    [PHRASE_NO_SUCH_STOCK] = {
        "No encuentro el {stock}; puede que ya se haya vendido. ¿[Te|Le] busco algo parecido?",
        "El {stock} no aparece en el catálogo. ¿Me [confirmas|confirma] el número o [me dices|me dice] qué auto es?"},
    [PHRASE_MAKES] = {"Tengo {n} marcas: {list}.", "Son {n} marcas: {list}."},
    [PHRASE_MODELS] = {"De *{make}* hay: {list}.", "*{make}*, lo que tengo: {list}."},
    [PHRASE_AND_MORE] = {" y {n} más"},
    [PHRASE_ASK_MAKE] = {"¿Cuál [te|le] muestro?", "¿De cuál [quieres|quiere] ver opciones?"},
    [PHRASE_AND] = {" y "},
    [PHRASE_SINCE] = {" desde {price}"},

    [PHRASE_CAR_LINE] = {"*{car}*, {price}"},
    [PHRASE_KM] = {"{km} km"},
    [PHRASE_STOCK] = {"Stock {stock}"},
    [PHRASE_WITH] = {"con {what}"},
    [PHRASE_WITHOUT] = {"sin {what}"},
    [PHRASE_PHOTO] = {"Foto: {url}"},
    [PHRASE_NO_PHOTO] = {"Por aquí no tengo fotos de este; un asesor [te|se] las puede mandar.",
        "De este no me cargaron fotos, pero un asesor [te|se] las consigue."},
    [PHRASE_ASK_QUOTE] = {
        "¿[Te|Le] calculo cuánto quedaría al mes?",
        "¿[Quieres|Quiere] que [te|le] haga la cuenta a meses?",
        "¿[Te|Le] digo en cuánto quedan las mensualidades?",
        "¿Vemos cómo quedaría a meses?",
        "¿[Te|Se] lo cotizo a mensualidades?"},
    [PHRASE_COMPARE] = {"Van lado a lado:", "Comparados:"},
    [PHRASE_COSTS_LESS] = {"cuesta menos"},
    [PHRASE_LESS_KM] = {"tiene menos kilómetros"},
    [PHRASE_NEWER] = {"es más nuevo"},
    [PHRASE_POINTS] = {"El {n} {list}."},
    [PHRASE_COMPARE_WHICH] = {"¿De cuál [te|le] calculo las mensualidades?", "¿Cuál [te|le] convence más?"},

    [PHRASE_DOWN] = {"Enganche: {down}"},
    [PHRASE_DOWN_PERCENT] = {"Enganche ({percent} %): {down}"},
    [PHRASE_PRICE_LINE] = {"Para un auto de *{price}*:"},
    [PHRASE_NO_DOWN] = {"Sin enganche"},
    [PHRASE_WITHOUT_DOWN] = {"sin enganche"},
    [PHRASE_WITH_DOWN] = {"con {down} de enganche"},
    [PHRASE_INSTALMENTS] = {"{months} mensualidades de {instalment} (tasa anual {rate} %)"},
    [PHRASE_INSTALMENT_LINE] = {"{months} meses: {instalment} al mes"},
    [PHRASE_RATE] = {"Tasa anual {rate} %."},
    [PHRASE_FINANCED] = {"Total financiado: {financed}, intereses: {interest}"},
    [PHRASE_ASK_COMPARE] = {
        "¿[Quieres|Quiere] que lo compare con {a} o {b} meses?",
        "¿[Te|Se] lo pongo también a {a} o {b} meses?",
        "¿Vemos cómo queda a {a} o a {b} meses?",
        "¿Lo revisamos también a {a} o {b} meses?",
        "¿[Te|Le] enseño la diferencia con {a} o {b} meses?"},
    [PHRASE_ASK_COMPARE_ONE] = {
        "¿[Quieres|Quiere] que lo compare con {a} meses?",
        "¿[Te|Se] lo pongo también a {a} meses?"},
    [PHRASE_ASK_DOWN] = {
        "¿Cuánto [podrías|podría] dar de enganche?",
        "¿Lo hacemos con otro enganche o alguno de estos plazos [te|le] acomoda?",
        "¿Qué enganche [te|le] queda cómodo?",
        "¿Con cuánto de enganche [te|le] hago la cuenta?"},
    [PHRASE_ASK_ANOTHER] = {
        "¿Cuál plazo [te|le] acomoda mejor?",
        "¿Con cuál plazo [te|le] queda cómoda la mensualidad?",
        "¿Qué plazo [te|le] conviene más?",
        "¿Nos vamos con alguno de estos plazos?"},
    [PHRASE_QUOTE_WHICH] = {
        "Claro. ¿De cuál de la lista [te|le] hago la cuenta? Con el número basta.",
        "Con gusto [te|se] lo calculo. ¿Cuál de la lista: el 1, el 2…?"},
    [PHRASE_QUOTE_WHAT] = {
        "Con gusto hago la cuenta. ¿De qué auto sería?",
        "Claro, ¿qué auto cotizamos? [Dime|Dígame] marca y modelo."},
    [PHRASE_BAD_MONTHS] = {
        "Los plazos van de {min} a {max} meses. ¿[Te|Se] lo calculo a {near}?",
        "Ese plazo no lo manejamos: hay de {min} a {max} meses. ¿Lo vemos a {near}?"},
    [PHRASE_BAD_NEGATIVE] = {
        "El enganche y el plazo no pueden ser negativos. ¿Con qué enganche y a cuántos meses hago la cuenta?",
        "Con números negativos no sale la cuenta. ¿Cuánto [darías|daría] de enganche?"},
    [PHRASE_BAD_DOWN_HIGH] = {
        "Ese enganche ya cubre el precio, {price}: sería de contado, sin mensualidades. ¿Lo calculo con un enganche menor?",
        "El auto cuesta {price} y ese enganche lo cubre completo. ¿Qué enganche menor [te|le] acomoda?"},
    [PHRASE_BAD_DOWN_LOW] = {
        "El enganche mínimo es {percent} %, que aquí son {down}. ¿[Te|Se] lo calculo con ese?",
        "Hace falta al menos {percent} % de enganche: {down}. ¿Hago la cuenta así?"},
    [PHRASE_QUOTE_FAILED] = {
        "No me salió la cuenta con esos datos. ¿Me [dices|dice] el auto, el enganche y el plazo?",
        "Algo no me cuadró en la cuenta. ¿De qué auto sería y a cuántos meses?"},
    [PHRASE_MONTHLY] = {"Con {monthly} al mes, este plan [te|le] queda:", "Este es el plan que entra en {monthly} al mes:"},
    [PHRASE_MONTHLY_NONE] = {"Ninguno de estos plazos baja de {monthly} al mes; con más enganche se acerca."},
    [PHRASE_MONTHLY_REACH] = {
        "Con {monthly} al mes, a {months} meses y {down}, [te|le] alcanza para autos de hasta {price}.",
        "A {months} meses y {down}, {monthly} al mes dan para un auto de hasta {price}."},
    [PHRASE_SIZE] = {"Largo, ancho y alto: {size} mm"},

    [PHRASE_KNOW_MORE] = {
        "¿Alguna otra duda, o vemos autos?",
        "¿[Te|Le] ayudo con algo más?",
        "¿Qué más [te|le] gustaría saber?",
        "¿[Te|Le] queda otra duda?",
        "¿Vemos algún auto?",
        "¿Qué otra cosa [te|le] platico?"},
    [PHRASE_KNOW_NONE] = {
        "Eso prefiero que [te|se] lo confirme un asesor. ¿[Quieres|Quiere] que le avise?",
        "No tengo ese dato a la mano; un asesor [te|se] lo confirma. ¿Le aviso?"},

    [PHRASE_SEATS] = {
        "El número de asientos no viene en mi lista; para {n} personas lo usual es una minivan o una SUV grande, y un asesor [te|le] confirma el de cada una.",
        "El catálogo no dice cuántos asientos tienen. Para {n}, lo más probable es una minivan o una SUV grande; un asesor [te|se] lo confirma."},
    [PHRASE_SEATS_CAR] = {
        "El número de asientos no viene en su ficha; un asesor [te|se] lo confirma.",
        "De asientos su ficha no dice nada, pero un asesor [te|se] los confirma."},
    [PHRASE_ECONOMY] = {
        "El rendimiento no viene en mi lista, pero los híbridos suelen gastar menos.",
        "El catálogo no trae el consumo; lo usual es que un híbrido gaste menos."},
    [PHRASE_ECONOMY_ASK] = {
        "El consumo de gasolina no viene en su ficha. ¿Le pido el dato a un asesor?",
        "De cuánto gasta, su ficha no dice nada. ¿[Quieres|Quiere] que un asesor lo averigüe?"},
    [PHRASE_ECONOMY_CAR] = {
        "El consumo de gasolina no viene en su ficha; un asesor [te|se] lo puede confirmar.",
        "De rendimiento su ficha no dice nada, pero un asesor [te|se] lo averigua."},
    [PHRASE_DETAIL_WHICH] = {
        "¿De cuál de estos? Con el número basta.",
        "Claro, ¿de cuál: el 1, el 2…?"},
    [PHRASE_EQUIPMENT] = {
        "De *{what}* no tengo el dato; un asesor [te|se] lo confirma.",
        "El dato de *{what}* no lo tengo a la mano, pero un asesor [te|se] lo averigua."},
    [PHRASE_EQUIPMENT_ASK] = {
        "De *{what}* no tengo el dato. ¿[Quieres|Quiere] que un asesor lo averigüe?",
        "El dato de *{what}* no lo tengo a la mano. ¿Se lo pido a un asesor?"},
    [PHRASE_SURVEY_ASK] = {
        "Una última cosa: del 0 al 10, ¿qué tanto [recomendarías|recomendaría] {shop} a un amigo o familiar?",
        "Nos ayuda mucho [tu|su] opinión: del 0 al 10, ¿qué tanto [recomendarías|recomendaría] {shop} a un familiar o amigo?"},
    [PHRASE_SURVEY_AGAIN] = {
        "¡Gracias! ¿Y en un solo número, del 0 al 10?",
        "Muchas gracias. ¿Qué número le [pondrías|pondría], del 0 al 10?"},
    [PHRASE_SURVEY_HIGH] = {
        "¡Qué gusto, muchas gracias! ¿Qué fue lo que más [te|le] gustó?",
        "¡Mil gracias! ¿Qué es lo que más [te|le] gustó?"},
    [PHRASE_SURVEY_MID] = {
        "¡Gracias! ¿Qué nos faltó para llegar al 10?",
        "Muchas gracias. ¿Qué podríamos hacer mejor?"},
    [PHRASE_SURVEY_LOW] = {
        "Gracias por la franqueza, y lamento que no haya sido mejor. ¿Qué fue lo que falló?",
        "Lo lamento, y gracias por decirlo. ¿Qué fue lo que no [te|le] gustó?"},
    [PHRASE_SURVEY_NOTED] = {
        "¡Gracias por [tu|su] respuesta!",
        "Anotado, ¡muchas gracias!"},
    [PHRASE_SURVEY_THANKS] = {
        "Gracias por contármelo, queda anotado para el equipo.",
        "Anotado para el equipo, ¡gracias por [tomarte|tomarse] el tiempo!"},
    [PHRASE_SURVEY_REFUSED] = {
        "Sin problema, ¡gracias! Aquí sigo para lo que [necesites|necesite].",
        "Está bien, gracias de todos modos. Aquí ando para lo que [se te|se le] ofrezca."},

    [PHRASE_NOUN_CAR] = {"autos"},
    [PHRASE_NOUN_SUV] = {"camionetas SUV"},
    [PHRASE_NOUN_SEDAN] = {"sedanes"},
    [PHRASE_NOUN_HATCHBACK] = {"hatchbacks"},
    [PHRASE_NOUN_PICKUP] = {"pickups"},
    [PHRASE_NOUN_COUPE] = {"coupés"},
    [PHRASE_NOUN_CONVERTIBLE] = {"convertibles"},
    [PHRASE_NOUN_MINIVAN] = {"minivans"},
    [PHRASE_NOUN_OTHER] = {"{name}"},
    [PHRASE_OF_AUTOMATIC] = {" automátic<os|as>"},
    [PHRASE_OF_MANUAL] = {" estándar"},
    [PHRASE_OF_HYBRID] = {" híbrid<os|as>"},
    [PHRASE_OF_ELECTRIC] = {" eléctric<os|as>"},
    [PHRASE_OF_DIESEL] = {" diésel"},
    [PHRASE_OF_PETROL] = {" de gasolina"},
    [PHRASE_OF_COLOUR] = {" en color {colour}"},
    [PHRASE_OF_BLUETOOTH] = {" con Bluetooth"},
    [PHRASE_OF_CAR_PLAY] = {" con CarPlay"},
    [PHRASE_OF_NO_BLUETOOTH] = {" sin Bluetooth"},
    [PHRASE_OF_NO_CAR_PLAY] = {" sin CarPlay"},
    [PHRASE_OF_BOTH] = {" con Bluetooth y CarPlay"},
    [PHRASE_OF_NOT] = {" que no sean {list}"},
    [PHRASE_STANDING_IN] = {"de {city}"},
    [PHRASE_COLOURED] = {"de color {colour}"},
    [PHRASE_NOR] = {" ni "},
    [PHRASE_OF_LONG] = {" grandes"},
    [PHRASE_OF_YEAR] = {" {a}"},
    [PHRASE_OF_YEAR_FROM] = {" {a} o más nuev<os|as>"},
    [PHRASE_OF_YEAR_TO] = {" {a} o anteriores"},
    [PHRASE_OF_YEARS] = {" de {a} a {b}"},
    [PHRASE_OF_PRICE_TO] = {" hasta {b}"},
    [PHRASE_OF_PRICE_FROM] = {" desde {a}"},
    [PHRASE_OF_PRICES] = {" de {a} a {b}"},
    [PHRASE_OF_KM_TO] = {" con máximo {b} km"},
    [PHRASE_OF_KM_FROM] = {" con más de {a} km"},
    [PHRASE_OF_CITY] = {" en {city}"},
    [PHRASE_BY_PRICE] = {", <del más barato al más caro|de la más barata a la más cara>"},
    [PHRASE_BY_PRICE_DOWN] = {", <del más caro al más barato|de la más cara a la más barata>"},
    [PHRASE_BY_YEAR] = {", <del más viejo al más nuevo|de la más vieja a la más nueva>"},
    [PHRASE_BY_YEAR_DOWN] = {", <del más nuevo al más viejo|de la más nueva a la más vieja>"},
    [PHRASE_BY_KM] = {
        ", empezando por <los|las> de menos kilómetros"},
    [PHRASE_BY_KM_DOWN] = {
        ", empezando por <los|las> de más kilómetros"},

    [PHRASE_IS_SEDAN] = {"sedán"}, [PHRASE_IS_AUTOMATIC] = {"automática"}, [PHRASE_IS_MANUAL] = {"estándar"},
    [PHRASE_IS_HYBRID] = {"híbrido"}, [PHRASE_IS_ELECTRIC] = {"eléctrico"},
    [PHRASE_IS_DIESEL] = {"diésel"}, [PHRASE_IS_PETROL] = {"gasolina"},
    [PHRASE_IS_BEIGE] = {"beige"}, [PHRASE_IS_RED] = {"rojo"}, [PHRASE_IS_BLUE] = {"azul"}, [PHRASE_IS_WHITE] = {"blanco"},
    [PHRASE_IS_BLACK] = {"negro"}, [PHRASE_IS_GREY] = {"gris"}, [PHRASE_IS_SILVER] = {"plata"},
    [PHRASE_IS_GREEN] = {"verde"}, [PHRASE_IS_YELLOW] = {"amarillo"}, [PHRASE_IS_ORANGE] = {"naranja"},
    [PHRASE_IS_BROWN] = {"café"}, [PHRASE_IS_GOLD] = {"dorado"}, [PHRASE_IS_WINE] = {"vino"},
};
/* clang-format on */
