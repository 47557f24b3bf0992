/*
 * What a promise sounds like, in three languages; folded, see wording.h. Every rule has an example
 * that it finds and one that it leaves alone in tests/unit/test_promise.c.
 */
#include "agent/promise_table.h"

#define B PROMISE_BACKED
#define A PROMISE_AFTER
#define V PROMISE_ADVISOR
#define Q PROMISE_ASKED
#define F (PROMISE_FOUND | PROMISE_UNKNOWN)
#define S PROMISE_SAID
#define N PROMISE_NAMES

/* ---- words that several rules share ---- */

#define YOU "te|le|les|se|nos"
#define IT "lo|la|los|las"
#define MY_CAR "auto|carro|coche|camioneta|unidad|vehiculo|nave|car|vehicle|truck|trade|veiculo"

#define GIVE_ES                                                                                   \
    "doy|damos|dare|daremos|daria|dariamos|hago|hacemos|hare|haremos|haria|hariamos|ofrezco|"     \
    "ofrecemos|ofrecere|ofreceremos|aplico|aplicamos|aplicare|aplicaremos|consigo|conseguimos|"   \
    "consegui|conseguire|regalo|otorgo|otorgamos|autorizo|autorizamos|autorizaron|apruebo|puedo|" \
    "podemos|podria|podriamos|logre|tienes|tenemos|tengo|tiene|hay|habra|incluye|manejamos|"      \
    "mereces|recibes|obtienes|llevas|ganas|gana|aplica|corresponde|toca"
#define OFF_ES                                                                              \
    "descuento|descuentos|descuentito|rebaja|rebajas|rebajita|promocion|promociones|promo|" \
    "promos|bonificacion|bonificaciones|bono|cupon|cupones"
#define LEAVE_ES                                                                             \
    "dejo|dejamos|dejare|dejaremos|dejaria|dejariamos|dejan|doy|damos|daria|vendo|vendemos|" \
    "vendere|venderia|bajo|bajamos|bajaria|rebajo|rebajamos|paso|pongo|saco|sacamos"
#define LEAVE_IT_ES                                                                           \
    "dejartelo|dejartela|dejarselo|dejarlo|dejarla|darselo|dartelo|dartela|darlo|vendertelo|" \
    "vendertela|venderselo|venderlo|venderte|venderla|bajartelo|bajarlo|bajarselo|ponertelo"
#define GIVE_EN                                                                                 \
    "give|gives|giving|offer|offering|apply|applied|applying|get|getting|have|has|got|do|take|" \
    "is|are|with|includes|including|arrange|extend|grant|theres"
#define OFF_EN \
    "discount|discounts|discounted|rebate|rebates|markdown|coupon|coupons|promo|promotion"
#define GIVE_PT                                                                                  \
    "dou|damos|darei|daremos|daria|faco|fazemos|farei|faremos|ofereco|oferecemos|aplico|"        \
    "aplicamos|consigo|conseguimos|consegui|tenho|temos|ha|tem|posso|podemos|ganha|leva|recebe|" \
    "com"
#define OFF_PT "desconto|descontos|descontinho|abatimento|promocao|promocoes|cupom|cupons"

#define FREE_THINGS                                                                              \
    "delivery|shipping|insurance|service|servicing|maintenance|warranty|test|gas|fuel|oil|tank|" \
    "gift|upgrade|upgrades|accessories|mats|tires|tint|wash|carwash|washes|registration|plates|" \
    "inspection|appraisal|extras|helmet|charger|camera|alarm"
#define PAPERS                                                                                   \
    "seguro|tenencia|tenencias|placas|emplacado|emplacamiento|verificacion|tramites|tramite|"    \
    "gestoria|traspaso|refrendo|impuestos|impuesto|gasolina|isan|insurance|plates|registration|" \
    "paperwork|taxes|tax|ipva|emplacamento|licenciamento|documentacao|transferencia|combustivel"

#define RESERVE_ES                                                                          \
    "aparto|apartamos|apartare|apartaremos|aparte|apartaria|reservo|reservamos|reservare|"  \
    "reservaremos|reserve|guardo|guardamos|guardare|guardaremos|separo|separamos|separare|" \
    "separe|bloqueo|bloqueamos"
#define RESERVED_ES                                                                          \
    "apartado|apartada|apartados|reservado|reservada|reservados|separado|separada|guardado|" \
    "guardada|bloqueado"

#define DAY_ES                                                                                   \
    "hoy|manana|lunes|martes|miercoles|jueves|viernes|sabado|domingo|semana|mes|hora|horas|hrs|" \
    "dia|dias|minutos|tarde|noche|inmediata|inmediato|inmediatamente|mismo|fin"
#define DAY_EN                                                                              \
    "today|tomorrow|tonight|monday|tuesday|wednesday|thursday|friday|saturday|sunday|week|" \
    "weekend|"                                                                              \
    "hour|hours|day|days|minutes|immediate|immediately|morning|afternoon"
#define DAY_PT                                                                                 \
    "hoje|amanha|segunda|terca|quarta|quinta|sexta|sabado|domingo|semana|hora|horas|dia|dias|" \
    "minutos|imediata|imediato|imediatamente|mesmo"

#define OPEN                                                                                  \
    "abrimos|abre|abren|abierto|abiertos|atendemos|atienden|open|opens|abertos|aberto|abrem|" \
    "trabajamos|estamos"
#define DIGIT_WORD                                                                           \
    "cero|uno|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|zero|one|two|three|four|five|six|" \
    "seven|eight|nine|um|dois|quatro|sete|oito|nove"

#define CREDIT "credito|financiamiento|prestamo|solicitud|financiamento|emprestimo|proposta"
#define APPROVED_ES                                                                           \
    "aprobado|aprobada|preaprobado|preaprobada|autorizado|autorizada|preautorizado|aceptado|" \
    "aceptada|garantizado|asegurado"
#define VISIT_ES "cita|visita|prueba|recorrido|manejo|demostracion"

/* clang-format off */
const promise_rule_t promise_rules[] = {
    /* ---- discounts and prices of one's own ---- */
    {"discount_give_es", PROMISE_DISCOUNT, B, GIVE_ES " ~4 " OFF_ES},
    {"discount_you_es", PROMISE_DISCOUNT, B, YOU "|tu|su ~2 " OFF_ES " de|del|por|para|en|especial|ya|queda"},
    {"discount_with_es", PROMISE_DISCOUNT, B | A, "con|aplicando|incluyendo ?un|el|este|ese|tu|su|ya ~2 " OFF_ES},
    {"discount_percent_es", PROMISE_DISCOUNT, B | A, "%|porciento|ciento ?de ?menos|off " OFF_ES "|desconto"},
    {"discount_cheaper_es", PROMISE_DISCOUNT, B | A, "%|porciento|ciento menos|off"},
    {"discount_amount_es", PROMISE_DISCOUNT, B | A, OFF_ES " de|por ?hasta $|#"},
    {"discount_leave_es", PROMISE_DISCOUNT, 0, YOU " " IT " ?puedo|podemos|podria " LEAVE_ES " ~6 en|por|a ~2 $|peso|pesos|dolar|dolares|mil|mitad|precio|menos"},
    {"discount_leave_number_es", PROMISE_DISCOUNT, 0, YOU " " IT " ?puedo|podemos|podria " LEAVE_ES " ?todo|solo|ya en ?solo|apenas #"},
    {"discount_leave_less_es", PROMISE_DISCOUNT, 0, YOU " " IT " " LEAVE_ES " ~2 barato|baratito|menos|regalado|mitad|gratis"},
    {"discount_may_leave_es", PROMISE_DISCOUNT, 0, "puedo|podemos|podria|podriamos|voy|vamos ?a " LEAVE_IT_ES " ~4 $|#|peso|pesos|dolar|dolares|mil|menos|barato|precio"},
    {"discount_leave_car_es", PROMISE_DISCOUNT, 0, YOU " " LEAVE_ES " el|la|este|esta|ese|esa|un|una ~5 en|por $|#|solo|mil|un"},
    {"discount_lower_es", PROMISE_DISCOUNT, 0, YOU " ?puedo|podemos|podria bajo|bajamos|rebajo|rebajamos|reduzco|reducimos|mejoro|mejoramos|ajusto|ajustamos|bajar|rebajar|reducir|mejorar|ajustar ~3 precio|enganche|mensualidad|tasa|interes"},
    {"discount_may_lower_es", PROMISE_DISCOUNT, 0, "puedo|podemos|podria|podriamos|logre|consegui bajar|bajarte|bajarle|rebajar|rebajarte|reducir|reducirte|mejorar|mejorarte|ajustar|ajustarte ~3 precio|enganche|mensualidad|tasa|$|#"},
    {"discount_take_off_es", PROMISE_DISCOUNT, 0, YOU " quito|quitamos|descuento|descontamos|perdono|perdonamos|condono|condonamos|rebajo|rebajamos|bonifico|bonificamos|bajo|bajamos ?hasta|otros|unos|como ~2 $|#|mil|peso|pesos|enganche|intereses|mensualidad|mensualidades"},
    {"discount_special_es", PROMISE_DISCOUNT, B | A, "precio|precios|oferta|trato ~1 especial|especiales|preferencial|preferente|promocional|rebajado|exclusivo|exclusiva"},
    {"discount_for_you_es", PROMISE_DISCOUNT, B | A, "precio|oferta ~3 solo|unicamente|especialmente|nada ?mas para|por|a ti|usted|hoy|ser"},
    {"discount_only_today_es", PROMISE_DISCOUNT, B, "solo|unicamente|nomas ?por hoy ~3 $|#|precio|oferta"},
    {"discount_half_es", PROMISE_DISCOUNT, B | A, "mitad de precio|su|lo"},
    {"discount_two_for_one", PROMISE_DISCOUNT, B, "2x1|3x2"},
    {"discount_before_now_es", PROMISE_DISCOUNT, B, "antes ~2 $ # ~3 ahora"},
    {"discount_skip_es", PROMISE_DISCOUNT, B, "saltarte|saltarse|brincarte ~2 pago|pagos|mensualidad|mensualidades|mes|meses"},
    {"discount_first_free_es", PROMISE_DISCOUNT, B, "primer|primera|primeros|primeras ?# mes|mensualidad|mensualidades|pago|meses ~2 no|gratis|va|corre ?la|lo|los ?pagas|nosotros|nuestra"},
    {"discount_no_first_es", PROMISE_DISCOUNT, B, "no pagas|pagaras ?nada ?de ?en ?durante ?el|la|los|las primer|primera|primeros|primeras"},
    {"discount_lend_es", PROMISE_DISCOUNT, 0, "presto|prestamos|adelanto|financiamos|financio ?parte ?del|de|el|tu enganche"},
    {"discount_give_en", PROMISE_DISCOUNT, B, GIVE_EN " ~4 " OFF_EN},
    {"discount_percent_en", PROMISE_DISCOUNT, B | A, "%|percent " OFF_EN "|off|less|cheaper"},
    {"discount_off_en", PROMISE_DISCOUNT, B | A, "# ?pesos|dollars off"},
    {"discount_take_off_en", PROMISE_DISCOUNT, 0, "knock|take|shave|cut|drop ~4 off"},
    {"discount_have_it_en", PROMISE_DISCOUNT, 0, "let|sell|give you|it|this|that ~4 for ?just|only|a $|#|one|dollar|peso"},
    {"discount_can_have_en", PROMISE_DISCOUNT, 0, "you can|could have|take|get ~4 for ?just|only|a $|#|one|dollar|peso"},
    {"discount_yours_for_en", PROMISE_DISCOUNT, 0, "its|is|be yours for"},
    {"discount_lower_en", PROMISE_DISCOUNT, 0, "i|we|ill|well|ive ?can|could|will|have|just lower|lowered|drop|dropped|cut|reduce|reduced|beat|bring|adjust ~4 price|payment|rate|down|$|#"},
    {"discount_do_en", PROMISE_DISCOUNT, 0, "i|we can|could|will do ~1 # k|thousand|mil|for"},
    {"discount_do_money_en", PROMISE_DISCOUNT, 0, "i|we can|could|will do ~2 $"},
    {"discount_special_en", PROMISE_DISCOUNT, B | A, "special|reduced|preferential|friend|friends|insider|exclusive price|pricing|deal|offer"},
    {"discount_half_en", PROMISE_DISCOUNT, B | A, "half price|off|the"},
    {"discount_give_pt", PROMISE_DISCOUNT, B, GIVE_PT " ~4 " OFF_PT},
    {"discount_percent_pt", PROMISE_DISCOUNT, B | A, "%|cento ?de " OFF_PT "|mais"},
    {"discount_leave_pt", PROMISE_DISCOUNT, 0, "deixo|deixamos|deixaria|faco|fazemos|vendo|vendemos|sai ?ele|ela|esse|este|pra|para|o|a|carro|voce|lhe|te|tudo ~2 por|em ?apenas|so|um $|r|#|real|reais|mil|peso|pesos|dolar"},
    {"discount_lower_pt", PROMISE_DISCOUNT, 0, "posso|podemos|vou|vamos|consigo ?te|lhe baixar|reduzir|abaixar|diminuir|melhorar ~3 preco|valor|entrada|parcela|taxa"},
    {"discount_special_pt", PROMISE_DISCOUNT, B | A, "preco|precos|oferta|condicao especial|promocional|exclusivo|exclusiva|imperdivel"},
    {"discount_half_pt", PROMISE_DISCOUNT, B | A, "metade do preco|valor"},

    /* ---- gifts and what costs nothing ---- */
    {"gift_give_es", PROMISE_GIFT, 0, YOU " ?" IT " regalo|regalamos|regalare|regalaremos|regalaria|obsequio|obsequiamos|obsequiare"},
    {"gift_won", PROMISE_GIFT, 0, "ganaste|ganas|won|ganhou|premio|sorteo|rifa"},
    {"gift_may_give_es", PROMISE_GIFT, 0, "puedo|podemos|voy|vamos ?a regalar|regalarte|regalarle|regalartelo|obsequiar|obsequiarte"},
    {"gift_include_es", PROMISE_GIFT, B, YOU " incluyo|incluimos|incluire|incluiremos|agrego|agregamos|echo"},
    {"gift_free_es", PROMISE_GIFT, B | A, "gratis|gratuito|gratuita|gratuitos|gratuitas|gratuitamente"},
    {"gift_no_cost_es", PROMISE_GIFT, B | A, "sin ?ningun costo|cargo|costos|cargos ?alguno|adicional|adicionales|extra"},
    {"gift_courtesy_es", PROMISE_GIFT, B | A, "de|como|por regalo|obsequio|cortesia"},
    {"gift_on_us_es", PROMISE_GIFT, B, "corre|corren|va|van|es por nuestra|mi cuenta"},
    {"gift_for_free_en", PROMISE_GIFT, B | A, "for|totally|completely|absolutely free"},
    {"gift_free_of_charge_en", PROMISE_GIFT, B | A, "free of charge|cost"},
    {"gift_free_thing_en", PROMISE_GIFT, B | A, "free ~1 " FREE_THINGS},
    {"gift_thing_is_free_en", PROMISE_GIFT, B | A, FREE_THINGS " ~3 is|are|comes|included ?totally|completely free"},
    {"gift_no_cost_en", PROMISE_GIFT, B | A, "no ?extra|additional cost|charge"},
    {"gift_complimentary_en", PROMISE_GIFT, B | A, "complimentary"},
    {"gift_on_us_en", PROMISE_GIFT, B, "is|are|its|all on us"},
    {"gift_on_the_house_en", PROMISE_GIFT, B, "on the house"},
    {"gift_throw_in_en", PROMISE_GIFT, 0, "throw|throwing|add|toss ~2 in|free"},
    {"gift_as_gift_en", PROMISE_GIFT, B | A, "as ?a|our|your ?welcome gift|bonus"},
    {"gift_included", PROMISE_GIFT, B | A, "servicio|servicios|mantenimiento|service|maintenance|revisao|manutencao ~9 incluido|incluida|incluidos|included|inclusa|incluso"},
    {"gift_free_pt", PROMISE_GIFT, B | A, "de|como graca|brinde|presente|cortesia"},
    {"gift_no_cost_pt", PROMISE_GIFT, B | A, "sem ?nenhum custo|custos|cobranca|taxa|taxas ?adicional|extra"},
    {"gift_on_us_pt", PROMISE_GIFT, B, "por nossa|minha conta"},
    {"gift_give_pt", PROMISE_GIFT, 0, "presenteio|presenteamos|presentearemos"},
    {"gift_present_pt", PROMISE_GIFT, 0, "dou|damos|leva|ganha|de ~3 presente|brinde"},

    /* ---- sold, agreed ---- */
    {"sale_deal_es", PROMISE_SALE, 0, "trato hecho|cerrado"},
    {"sale_yours_es", PROMISE_SALE, 0, "es|sera|seria ?ya|todo tuyo|tuya|suyo|suya ~2 por|en|ahora|ya|solo"},
    {"sale_all_yours_es", PROMISE_SALE, 0, "ya|todo es ?todo tuyo|tuya|suyo|suya"},
    {"sale_car_yours_es", PROMISE_SALE, 0, MY_CAR " ?ya es|sera ?todo|ya tuyo|tuya|suyo|suya"},
    {"sale_sell_es", PROMISE_SALE, V, YOU " " IT " vendo|vendemos|vendere|venderemos|venderia"},
    {"sale_accept_es", PROMISE_SALE, V, "acepto|aceptamos|aceptado|aceptada|aceptare ~2 oferta|propuesta|precio|trato|gusto"},
    {"sale_accepted_es", PROMISE_SALE, V, "oferta|propuesta ~2 aceptada|aprobada|autorizada"},
    {"sale_close_es", PROMISE_SALE, V, "cerramos|cierro|cerrado|cerre|cerremos el|la|este trato|venta|negocio"},
    {"sale_sold_es", PROMISE_SALE, 0, "queda|quedo ?ya vendido|vendida|tuyo|tuya|cerrado"},
    {"sale_signed_es", PROMISE_SALE, V, "queda|quedo|quedas ?ya contratado|contratada|formalizado|firmado"},
    {"sale_sign_es", PROMISE_SALE, V, "firma|firme aqui|abajo"},
    {"sale_offer_en", PROMISE_SALE, 0, "make ?me|us ?an offer"},
    {"sale_deal_en", PROMISE_SALE, 0, "its|thats|is|have|got|you a|yourself deal"},
    {"sale_sold_en", PROMISE_SALE, 0, "sold to|for ?you|$|#"},
    {"sale_consider_en", PROMISE_SALE, 0, "consider it ~1 yours|sold|done|a"},
    {"sale_accept_en", PROMISE_SALE, V, "i|we|ill|well ?can|will|gladly|happily accept|agree|take ~2 offer|price|deal|proposal"},
    {"sale_yours_en", PROMISE_SALE, 0, "car|truck|one is ?all|now yours"},
    {"sale_it_is_yours_en", PROMISE_SALE, 0, "its|it ?is all|now|truly yours"},
    {"sale_and_yours_en", PROMISE_SALE, 0, "and|then its|it ?is yours"},
    {"sale_deal_pt", PROMISE_SALE, 0, "negocio|acordo|trato fechado|feito"},
    {"sale_accept_pt", PROMISE_SALE, V, "aceito|aceitamos ?a|o|essa|sua ~1 oferta|proposta|preco|valor"},
    {"sale_yours_pt", PROMISE_SALE, 0, "carro|ele|ela e|esta|fica ?todo|ja seu|sua|vendido|vendida"},
    {"sale_sold_pt", PROMISE_SALE, 0, "vendido|vendida para|pra voce"},
    {"sale_close_pt", PROMISE_SALE, V, "fechamos|fecho|fechei|fechado ?o|a|entao|e negocio|venda|acordo|seu"},

    /* ---- put aside ---- */
    {"reserved_do_es", PROMISE_RESERVED, V, YOU " ?" IT " " RESERVE_ES},
    {"reserved_may_es", PROMISE_RESERVED, V, "puedo|podemos|voy|vamos|acabo ?a|de apartar|apartarlo|apartarla|apartartelo|apartarte|apartarselo|reservar|reservarlo|reservartelo|reservarte|guardarlo|guardartelo|guardarte|separarlo|separartelo|separarte|bloquearlo"},
    {"reserved_done_es", PROMISE_RESERVED, 0, "ya|he|hemos|quedo|acaba|acabo ~4 " RESERVED_ES},
    {"reserved_for_you_es", PROMISE_RESERVED, 0, RESERVED_ES " ~4 para|a ti|usted|tu|su|nombre"},
    {"reserved_have_es", PROMISE_RESERVED, 0, "tienes|tengo|tenemos|tiene ~3 " RESERVED_ES},
    {"reserved_state_es", PROMISE_RESERVED, B | A, "queda|quedara|quedaria|esta|estara ~2 " RESERVED_ES},
    {"reserved_how_es", PROMISE_RESERVED, B | A, "se aparta|apartan|reserva|reservan|separa con|por ~2 $|#"},
    {"reserved_do_en", PROMISE_RESERVED, V, "i|we|ill|well|ive|weve ?can|will|have|just|already ?now|just reserve|reserved|hold|held|saved|save ~3 it|this|that|the|one|for|yours"},
    {"reserved_aside_en", PROMISE_RESERVED, V, "ill|ive|well|weve|i|we ~2 set|put|setting|putting ~4 aside|hold"},
    {"reserved_for_you_en", PROMISE_RESERVED, 0, "reserved|held|saved|hold|aside ~3 for you|your"},
    {"reserved_state_en", PROMISE_RESERVED, B | A, "is|been|now|be ~2 reserved|held|put ?on ?hold"},
    {"reserved_do_pt", PROMISE_RESERVED, V, "reservo|reservei|reservamos|reservarei|separo|separei|separamos|separarei|guardo|guardei|guardamos ~2 o|a|para|pra|esse|este|essa|esta|ele|ela|voce|carro"},
    {"reserved_may_pt", PROMISE_RESERVED, V, "posso|podemos|vou|vamos reservar|separar|guardar|segurar"},
    {"reserved_for_you_pt", PROMISE_RESERVED, 0, "reservado|reservada|separado|separada|guardado ~3 para|pra|no|em ?o|seu|teu voce|nome"},
    {"reserved_done_pt", PROMISE_RESERVED, 0, "ja ~3 reservado|reservada|separado|separada|reservei|separei"},
    {"reserved_state_pt", PROMISE_RESERVED, B | A, "fica|ficou|esta ~2 reservado|reservada"},

    /* ---- guarantees and words of honour ---- */
    {"guarantee_verb_es", PROMISE_GUARANTEE, 0, "garantizo|garantizamos|garantizado|garantizada|garantizados|garantizadas|garantizaria|garantizare"},
    {"guarantee_may_es", PROMISE_GUARANTEE, 0, "puedo|podemos|podria ~1 garantizar|garantizarte|garantizarle|asegurar|asegurarte|asegurarle|prometer|prometerte"},
    {"guarantee_assure_es", PROMISE_GUARANTEE, 0, YOU " " "aseguro|aseguramos|prometo|prometemos|juro"},
    {"guarantee_word_es", PROMISE_GUARANTEE, 0, "mi|nuestra palabra ?de"},
    {"guarantee_has", PROMISE_GUARANTEE, B | A, "con|tiene|tienen|incluye|incluyen|damos|doy|ofrecemos|ofrezco|cuenta|cuentan|viene|vienen|llevas|da|dan|tem|inclui|oferecemos|hay|ha ~3 garantia|garantias"},
    {"guarantee_of", PROMISE_GUARANTEE, B | A, "garantia ?total|completa|extendida ~1 de|por|contra|ate|ilimitada|vitalicia|permanente|total|completa ?toda|todo|por|hasta #|vida|todo|cualquier|toda|un|dos|tres|siempre|fabrica|agencia|kilometraje|uno|dois|tudo|qualquer|cinco|satisfaccion|devolucion"},
    {"guarantee_covers", PROMISE_GUARANTEE, B | A, "garantia|warranty ~3 cubre|cubren|incluye|cobre|covers|covering|abarca"},
    {"guarantee_extended", PROMISE_GUARANTEE, B | A, "garantia|warranty ~3 amplia|ampliar|ampliamos|extiende|extender|extendemos|extended|extend|ampliada|estendida"},
    {"guarantee_number", PROMISE_GUARANTEE, B | A, "# ?anos|ano|meses|mes|dias|km|kilometros ~3 de garantia"},
    {"guarantee_total", PROMISE_GUARANTEE, B | A, "garantia ~1 total|ilimitada|vitalicia|permanente|eterna|absoluta|completa|extendida|estendida"},
    {"guarantee_verb_en", PROMISE_GUARANTEE, 0, "guaranteed|guaranteeing|guarantees"},
    {"guarantee_may_en", PROMISE_GUARANTEE, 0, "i|we|ill|well ?can|will|do|personally guarantee|promise|assure|swear|vow"},
    {"guarantee_word_en", PROMISE_GUARANTEE, 0, "my|our word|promise"},
    {"warranty_has_en", PROMISE_GUARANTEE, B | A, "with|has|have|includes|include|including|offer|offers|gives|get|carries|give ~4 warranty"},
    {"warranty_kind_en", PROMISE_GUARANTEE, B | A, "lifetime|full|unlimited|extended|factory|manufacturer|manufacturers|bumper|total|comprehensive ~2 warranty|guarantee"},
    {"warranty_number_en", PROMISE_GUARANTEE, B | A, "# year|years|month|months|day|days|km ~2 warranty|guarantee"},
    {"warranty_of_en", PROMISE_GUARANTEE, B | A, "warranty of|for|covers|lasts ~2 #|life|everything|all|any|one|two|three|five"},
    {"guarantee_verb_pt", PROMISE_GUARANTEE, 0, "garanto|garantimos|garantido|garantida|garantidos|garantirei|asseguro|asseguramos|prometemos"},
    {"guarantee_may_pt", PROMISE_GUARANTEE, 0, "posso|podemos|prometo ~1 garantir|assegurar|prometer|que"},

    /* ---- credit ---- */
    {"credit_approved_es", PROMISE_CREDIT, A, CREDIT " ~4 " APPROVED_ES "|aprovado|aprovada|garantido"},
    {"credit_you_are_es", PROMISE_CREDIT, 0, "estas|esta|quedas|quedaste|fuiste|eres|sido|saliste ?ya ?pre " APPROVED_ES},
    {"credit_approve_es", PROMISE_CREDIT, V, "apruebo|aprobamos|aprobare|aprobaremos|autorizo|autorizamos|autorizaremos|preaprobamos ~3 credito|prestamo|financiamiento|solicitud"},
    {"credit_approval_es", PROMISE_CREDIT, A, "aprobacion|autorizacion ~2 garantizada|segura|inmediata|instantanea|automatica|minutos|instante|hoy|#"},
    {"credit_will_es", PROMISE_CREDIT, 0, YOU " " IT " aprueban|aprobaran|aprobamos|autorizan|autorizaran|autorizamos"},
    {"credit_going_es", PROMISE_CREDIT, 0, YOU " " IT "|van ?van a ~1 aprobar|autorizar"},
    {"credit_qualify_es", PROMISE_CREDIT, 0, "calificas|califica ?perfectamente para|al|a"},
    {"credit_unseen_es", PROMISE_CREDIT, 0, "no ?te|lo|le|se checamos|revisamos|consultamos|pedimos|importa|checan|revisan ~2 buro|historial|comprobantes"},
    {"credit_bad_bureau_es", PROMISE_CREDIT, V, "buro ~4 " YOU " ?" IT " damos|doy|prestamos|autorizamos|aprobamos"},
    {"credit_surely_es", PROMISE_CREDIT, 0, "seguro|segurisimo ?que ?si " YOU " ?" IT " aprueban|aprobamos|autorizan|dan|damos"},
    {"credit_sent_es", PROMISE_CREDIT, V, "meti|mande|envie|ingrese|ingresamos ~1 solicitud|papeles"},
    {"credit_no_bureau_es", PROMISE_CREDIT, 0, "sin ?revisar|checar|consultar|importar|revision|consulta ?de|el|en|tu|su ?el|tu|su buro|historial|comprobantes|comprobar"},
    {"credit_you_are_en", PROMISE_CREDIT, 0, "youre|are|been|is|get|getting|be ?already|now|all ?pre approved|preapproved"},
    {"credit_approved_en", PROMISE_CREDIT, A, "credit|loan|financing|application ~3 approved|preapproved|guaranteed"},
    {"credit_approval_en", PROMISE_CREDIT, A, "guaranteed|instant|automatic|immediate|sure ?credit ?loan approval|credit|financing"},
    {"credit_no_check_en", PROMISE_CREDIT, 0, "no|without|skip ?a|any|the credit check|checks|bureau|history"},
    {"credit_qualify_en", PROMISE_CREDIT, 0, "you ?already|will|do|definitely qualify|qualified"},
    {"credit_you_are_pt", PROMISE_CREDIT, 0, "esta|foi|sera ?ja ?pre aprovado|aprovada"},
    {"credit_approval_pt", PROMISE_CREDIT, A, "aprovacao ~2 garantida|imediata|automatica|hora|certa|instantanea"},
    {"credit_no_check_pt", PROMISE_CREDIT, 0, "sem ?consultar|consulta|analise|verificar ?ao|de|o|a|no spc|serasa|biro|credito|historico"},

    /* ---- interest ---- */
    {"interest_none_es", PROMISE_INTEREST, B, "sin ?pagar|ningun|cobrarte interes|intereses"},
    {"interest_zero", PROMISE_INTEREST, B | A, "0|cero|zero ?% ?por ?ciento ?de|en interes|intereses|interest|juros|apr"},
    {"interest_rate_zero", PROMISE_INTEREST, B | A, "tasa|taxa|rate|interest|financiamiento|credito ?anual ?de|del|of|al|is|at|con 0|cero|zero"},
    {"interest_special_rate", PROMISE_INTEREST, B | A, "tasa|taxa ~1 preferencial|especial|promocional"},
    {"interest_free_en", PROMISE_INTEREST, B | A, "interest free"},
    {"interest_none_en", PROMISE_INTEREST, B, "no|without ?any|paying interest"},
    {"interest_none_pt", PROMISE_INTEREST, B, "sem ?pagar|nenhum juros"},

    /* ---- still there ---- */
    {"available_will_es", PROMISE_AVAILABLE, V, "seguira|estara|seguiran|estaran|sigue|estar|seguir|continuara ~2 disponible|disponibles ~3 manana|hoy|lunes|martes|miercoles|jueves|viernes|sabado|domingo|semana|vengas|venga|llegues|llegue|regreses|para|cuando|hasta"},
    {"available_future_es", PROMISE_AVAILABLE, V, "seguira|seguiran|va|van ?a ?estar|seguir ?ahi|aqui disponible|disponibles|esperandote|esperandolo|apartado"},
    {"available_assured_es", PROMISE_AVAILABLE, 0, "disponibilidad ~1 garantizada|asegurada|confirmada|inmediata"},
    {"available_nobody_es", PROMISE_AVAILABLE, 0, "nadie ?mas ?te|se ?" IT " ?va|podra|puede|pueda ?a comprar|comprara|llevar|llevara|ganar|gana|quitar|compre|lleve"},
    {"available_will_en", PROMISE_AVAILABLE, V, "will|itll ?definitely|still|surely ?still be|stay|remain ?still available|here|there|waiting"},
    {"available_not_sold_en", PROMISE_AVAILABLE, 0, "wont ?get|be ?be sold|gone|sell"},
    {"available_will_pt", PROMISE_AVAILABLE, V, "vai|estara|continuara|ficara ?continuar|estar|ficar ?ainda|la|aqui disponivel|esperando"},
    {"available_nobody_pt", PROMISE_AVAILABLE, 0, "ninguem ?mais vai|pode ?te comprar|levar"},

    /* ---- delivery dates ---- */
    {"delivery_es", PROMISE_DELIVERY, B | A, "entrego|entregamos|entregaremos|entregare|entrega|entregan|entregarian|entregado|enviamos|envio|enviaremos|mandamos|mando|llega|llegara|llevamos ~5 " DAY_ES},
    {"delivery_have_es", PROMISE_DELIVERY, B, "tienes|tendras|tendra|recibes|recibiras|recibe|llevas|lleva|estrenas|estrena|manejas|recoges ~2 auto|carro|coche|camioneta ~3 hoy|manana|lunes|martes|miercoles|jueves|viernes|sabado|domingo|semana|horas|mismo|dias"},
    {"delivery_today_es", PROMISE_DELIVERY, B, "estrenas|estrena|llevas|manejas hoy|manana"},
    {"delivery_take_es", PROMISE_DELIVERY, B, YOU " " IT " llevas|lleva|llevamos|entrego|entregamos ~2 " DAY_ES},
    {"delivery_en", PROMISE_DELIVERY, B | A, "deliver|delivered|delivery|delivering|ship|shipped|arrive|arrives|handed|ready ~5 " DAY_EN},
    {"delivery_have_en", PROMISE_DELIVERY, B, "drive|take|pick ~3 home|away|up ~2 today|tomorrow|tonight|monday|tuesday|wednesday|thursday|friday|saturday|sunday|hours|immediately"},
    {"delivery_get_en", PROMISE_DELIVERY, B, "have|get|receive your|the|it ?new ?car|truck|suv ~2 today|tomorrow|tonight|monday|tuesday|wednesday|thursday|friday|saturday|sunday|hours|immediately"},
    {"delivery_pt", PROMISE_DELIVERY, B | A, "entrego|entregamos|entregaremos|entregue|entrega|enviamos|chega|chegara|recebe|recebera|leva ~5 " DAY_PT},

    /* ---- binding ---- */
    {"binding_es", PROMISE_BINDING, A, "vinculante|vinculantes|vinculatorio|vinculatoria|irrevocable|irrevogavel"},
    {"binding_legal_es", PROMISE_BINDING, A, "legalmente|juridicamente ~1 obligatorio|obligatoria|valido|valida|obligado|obligados|comprometidos|comprometido|exigible"},
    {"binding_contract_es", PROMISE_BINDING, A, "es|queda|sirve|vale ?como un|una ~1 contrato"},
    {"binding_commitment_es", PROMISE_BINDING, A, "contrato|compromiso|acuerdo legal|formal|oficial|firme"},
    {"binding_validity_es", PROMISE_BINDING, A, "validez|valor|valido legal|oficial|juridica|juridico|contractual"},
    {"binding_no_return_es", PROMISE_BINDING, 0, "sin|no ?hay|se ?vale vuelta|marcha|echarse|rajarse|arrepentirse|retractarse"},
    {"binding_en", PROMISE_BINDING, A, "binding|contractual"},
    {"binding_takesies_en", PROMISE_BINDING, 0, "no|zero ?takesies|takesie|take takesies|takesie|backsies|backsie|takebacks|backs"},
    {"binding_contract_en", PROMISE_BINDING, A, "is|as|makes|constitutes a|our ?legal|official|formal contract|agreement"},
    {"binding_agreement_en", PROMISE_BINDING, A, "legal|formal|official agreement|contract|offer"},
    {"binding_legal_en", PROMISE_BINDING, A, "legally ~1 obligated|obliged|bound|enforceable|valid|committed"},
    {"binding_pt", PROMISE_BINDING, A, "e|vale|fica ?como um contrato"},
    {"binding_no_return_pt", PROMISE_BINDING, 0, "sem volta|arrependimento"},

    /* ---- other shops' prices ---- */
    {"match_es", PROMISE_PRICE_MATCH, B, "igualo|igualamos|igualaremos|igualaria|mejoramos|mejoro|mejoraremos|superamos|bato|batimos|igualar|igualarte|superar ~4 precio|precios|oferta|cotizacion|competencia|presupuesto|agencia"},
    {"match_best_es", PROMISE_PRICE_MATCH, B | A, "mejor|mejores|bajo|barato|baratos|economico ?precio|precios ?del|de|en ?la|todo mercado|mexico|pais|zona|internet"},
    {"match_en", PROMISE_PRICE_MATCH, B, "match|matching|beat ~4 price|prices|offer|quote|competitor|competitors|dealer|deal"},
    {"match_best_en", PROMISE_PRICE_MATCH, B | A, "best|lowest|cheapest ~1 price|prices|deal ~2 market|town|anywhere|mexico|city|country"},
    {"match_pt", PROMISE_PRICE_MATCH, B, "cubro|cobrimos|cubrimos|igualo|igualamos|iguala|batemos|cobrir|igualar ~4 preco|precos|oferta|proposta|concorrencia|concorrente|orcamento"},
    {"match_covers_pt", PROMISE_PRICE_MATCH, B, "cobre ~1 qualquer|oferta|proposta"},
    {"match_best_pt", PROMISE_PRICE_MATCH, B | A, "melhor|menor preco|valor ~2 mercado|mexico|cidade|regiao"},

    /* ---- final prices ---- */
    {"final_es", PROMISE_FINAL_PRICE, B | A, "precio|precios|costo ~1 final|finales|definitivo|definitiva|neto"},
    {"final_last_es", PROMISE_FINAL_PRICE, B | A, "ultimo precio"},
    {"final_lowest_es", PROMISE_FINAL_PRICE, B | A, "precio mas bajo|barato posible|que"},
    {"final_minimum_es", PROMISE_FINAL_PRICE, B | A, "precio minimo"},
    {"final_best_es", PROMISE_FINAL_PRICE, B | A, "mejor precio posible|que"},
    {"final_all_in_es", PROMISE_FINAL_PRICE, B | A, "todo incluido|pagado|cubierto"},
    {"final_nothing_more_es", PROMISE_FINAL_PRICE, B, "no|ya pagas|pagaras|pagaria ?que|ningun|otro nada|peso|costo|cargo mas|extra|adicional"},
    {"final_no_peso_es", PROMISE_FINAL_PRICE, B, "ni|no un peso|centavo mas|extra|adicional"},
    {"final_hidden_es", PROMISE_FINAL_PRICE, B, "sin costos|cargos|gastos|letras|comisiones ocultos|ocultas|sorpresa|chiquitas"},
    {"final_en", PROMISE_FINAL_PRICE, B | A, "final price|offer"},
    {"final_out_the_door_en", PROMISE_FINAL_PRICE, B | A, "out the door"},
    {"final_all_in_en", PROMISE_FINAL_PRICE, B | A, "all inclusive|included"},
    {"final_hidden_en", PROMISE_FINAL_PRICE, B, "no|without ?any hidden|additional|extra|other|surprise fees|costs|charges"},
    {"final_nothing_else_en", PROMISE_FINAL_PRICE, B, "nothing else|more to pay"},
    {"final_lowest_en", PROMISE_FINAL_PRICE, B | A, "lowest|best ?possible price ?that i|we|possible|ill|well"},
    {"final_pt", PROMISE_FINAL_PRICE, B | A, "preco|valor final|definitivo"},
    {"final_all_in_pt", PROMISE_FINAL_PRICE, B | A, "tudo incluido|incluso|pago"},
    {"final_last_pt", PROMISE_FINAL_PRICE, B | A, "ultimo preco"},
    {"final_hidden_pt", PROMISE_FINAL_PRICE, B, "sem custos|taxas|cobrancas escondidas|escondidos|ocultas|ocultos|extras"},
    {"final_nothing_more_pt", PROMISE_FINAL_PRICE, B, "nada|nao ?ha ?nada mais a pagar"},

    /* ---- insurance, taxes, plates ---- */
    {"insurance_included_es", PROMISE_INSURANCE, B | A, PAPERS " ~4 incluido|incluida|incluidos|incluidas|pagado|pagada|pagados|pagadas|cubierto|cubierta|cubiertos|incluso|inclusa|inclusos"},
    {"insurance_include_es", PROMISE_INSURANCE, B, "incluye|incluyen|incluyo|incluimos|pagamos|pago|cubrimos|cubro|regalamos|inclui|incluem|cobrimos|bonificamos ~3 " PAPERS},
    {"insurance_years_es", PROMISE_INSURANCE, B | A, "# ?ano|anos|meses|mes|year|years|months ~1 de|of ~1 seguro|tenencia|gasolina|insurance|gas|fuel"},
    {"insurance_included_en", PROMISE_INSURANCE, B | A, "insurance|plates|registration|paperwork|taxes|tax|gas|fuel ~3 included|paid|covered"},
    {"insurance_include_en", PROMISE_INSURANCE, B, "include|includes|including|pay|pays|cover|covers|covering ~3 insurance|plates|registration|paperwork|taxes|tax|gas|fuel"},
    {"insurance_free", PROMISE_INSURANCE, B | A, PAPERS " ~2 gratis|gratuito|gratuita|free|regalo"},

    /* ---- tax advice ---- */
    {"tax_deduct_es", PROMISE_TAX, B | A, "deducible|deducibles|deducirlo|deducirla|deducir|deduces|deduzcas|deduce|acreditar|acreditas|acreditable"},
    {"tax_exempt_es", PROMISE_TAX, B | A, "exento|exenta|exentos|exencion|libre de impuesto|impuestos|iva|isr|tenencia|tenencias"},
    {"tax_avoid_es", PROMISE_TAX, B, "evitas|evitar|evades|evadir|ahorras|recuperas|recuperar ?pagar ?el|los impuestos|impuesto|iva|isr"},
    {"tax_less_es", PROMISE_TAX, B, "pagas|pagar|pagaras menos impuestos|iva|isr"},
    {"tax_deduct_en", PROMISE_TAX, B | A, "deductible|deduct|deduction|writeoff"},
    {"tax_write_off_en", PROMISE_TAX, B, "write ~3 off"},
    {"tax_free_en", PROMISE_TAX, B | A, "tax free|exempt"},
    {"tax_avoid_en", PROMISE_TAX, B, "avoid|save|skip|evade|reduce ?on ?paying ?the|your taxes|tax"},
    {"tax_deduct_pt", PROMISE_TAX, B | A, "dedutivel|deduzir|deduz"},
    {"tax_abate_pt", PROMISE_TAX, B | A, "abater|abate ~2 imposto"},
    {"tax_exempt_pt", PROMISE_TAX, B | A, "isento|isenta|isencao|livre de|do imposto|impostos|ipva|icms"},

    /* ---- the customer's car ---- */
    {"trade_worth_es", PROMISE_TRADE_IN, A, "tu|su|seu|teu " MY_CAR " ~3 vale|valdria|valen|valuado|valuada|avaliado|vale|cotiza|cotizado ~3 $|#|mil|cien|cientos|millon"},
    {"trade_give_es", PROMISE_TRADE_IN, V, "doy|damos|dare|daremos|daria|dariamos|pago|pagamos|pagaria|ofrezco|ofrecemos|recibo|recibimos|tomamos|tomo|compramos|compro ~5 $|#|mil ~5 por|a tu|su|el|cuenta ?tuyo|suyo|" MY_CAR},
    {"trade_take_es", PROMISE_TRADE_IN, 0, "tomamos|tomo|recibimos|recibo|compramos|compro|tomaria ~1 tu|su ~4 en|por|a $|#"},
    {"trade_worth_en", PROMISE_TRADE_IN, A, "your " MY_CAR " ~3 worth|valued|appraised|fetch ~3 $|#"},
    {"trade_give_en", PROMISE_TRADE_IN, V, "give|pay|offer|take ~4 $|# ~3 for your|the ?old|current|trade"},
    {"trade_give_pt", PROMISE_TRADE_IN, V, "pagamos|pago|damos|dou|oferecemos|ofereco|compramos ~4 $|#|mil ~3 pelo|no|por ?seu|teu carro|veiculo|seu|teu"},

    /* ---- booked ---- */
    {"appointment_done_es", PROMISE_APPOINTMENT, V | A, VISIT_ES " ~4 agendada|agendado|confirmada|confirmado|programada|programado|reservada|apartada|lista|registrada"},
    {"appointment_do_es", PROMISE_APPOINTMENT, V, "agende|agendo|agendamos|agendare|programe|programo|programamos|confirme|confirmo|registre|registro ~3 cita|visita|prueba|manejo|recorrido|" DAY_ES},
    {"appointment_you_es", PROMISE_APPOINTMENT, V, YOU " ?" IT " agendo|agende|agendamos|agendare|programo|programe"},
    {"appointment_wait_es", PROMISE_APPOINTMENT, V, YOU " espero|esperamos|esperaremos ~2 hoy|manana|a ?las|los #|manana|hoy"},
    {"appointment_done_en", PROMISE_APPOINTMENT, V | A, "appointment|test|drive|visit ~3 booked|scheduled|confirmed|set|arranged"},
    {"appointment_do_en", PROMISE_APPOINTMENT, V, "i|ill|ive|we|well|weve ?have|can|will|just|already ?just|already book|booked|schedule|scheduled|arrange|arranged|set ~4 appointment|test|visit|drive|you|slot|up"},
    {"appointment_do_pt", PROMISE_APPOINTMENT, V, "agendei|marquei|agendo|agendamos|marcamos|agendar|marcar|marco ~3 visita|test|horario|drive|voce|hora"},
    {"appointment_done_pt", PROMISE_APPOINTMENT, V | A, "visita|test|drive|horario ~3 agendado|agendada|marcado|marcada|confirmado|confirmada"},

    /* ---- money back ---- */
    {"refund_es", PROMISE_REFUND, B | A, YOU " ?" IT " devolvemos|devuelvo|regresamos|regreso|reembolsamos|reembolso ~4 dinero|todo|precio|doble|completo|completa|lana|$|#|pagado|enganche"},
    {"refund_noun_es", PROMISE_REFUND, B | A, "devolucion|reembolso|reembolsa|reembolsan ?de|del|el|tu|tus ~1 dinero|total|completo|completa|doble|precio|integro"},
    {"refund_en", PROMISE_REFUND, B | A, "full|complete|total|double|money refund|back"},
    {"refund_we_en", PROMISE_REFUND, B | A, "refund|return ~2 money|everything|price|full|deposit"},
    {"refund_pt", PROMISE_REFUND, B | A, "devolvemos|reembolsamos|reembolsado|reembolso ~3 dinheiro|tudo|valor|preco|total|dobro|completo|integral"},

    /* ---- what nobody has said of the car ---- */
    {"condition_owner_es", PROMISE_CONDITION, B, "unico|solo|unica dueno|duena|dono|dona"},
    {"condition_crash_es", PROMISE_CONDITION, B, "nunca|jamas|no|sin|cero|ningun ~2 chocado|chocada|chocados|choque|choques|accidentado|accidentada|accidente|accidentes|golpe|golpes|siniestro|siniestros|repintado"},
    {"condition_state_es", PROMISE_CONDITION, B | A, "impecable|impecables"},
    {"condition_new_es", PROMISE_CONDITION, B | A, "esta|estan|es|son|quedo como|casi nuevo|nueva|nuevos|nuevas"},
    {"condition_detail_es", PROMISE_CONDITION, B, "cero|sin|ni ?un ?solo detalle|detalles|rasguno|rasgunos|rayon|rayones"},
    {"condition_perfect_es", PROMISE_CONDITION, B | A, "perfecto|perfectas|excelente|excelentes|inmejorable|inmejorables|optimo|optimas estado|condiciones"},
    {"condition_is_perfect_es", PROMISE_CONDITION, B | A, "estado|condiciones perfecto|perfectas|excelente|excelentes|inmejorable|inmejorables|optimo|optimas|impecable|impecables"},
    {"condition_km_es", PROMISE_CONDITION, B | A, "kilometraje|kilometros|quilometragem ?es|son|e|esta ?# ?% real|reales|original|originales|verificado|certificado|certificada"},
    {"condition_owner_en", PROMISE_CONDITION, B, "one|single|1 owner"},
    {"condition_crash_en", PROMISE_CONDITION, B, "no|never|without|zero ~3 accident|accidents|crash|crashed|crashes|damage|damaged"},
    {"condition_free_en", PROMISE_CONDITION, B | A, "accident|damage|crash free"},
    {"condition_state_en", PROMISE_CONDITION, B | A, "perfect|mint|excellent|pristine|flawless|immaculate condition|shape|state"},
    {"condition_new_en", PROMISE_CONDITION, B | A, "is|are|looks|runs|its like|almost new"},
    {"condition_owner_pt", PROMISE_CONDITION, B, "unico|primeiro dono"},
    {"condition_crash_pt", PROMISE_CONDITION, B, "nunca|sem|nao|nenhuma ~2 batido|batida|batidas|sinistro|sinistros|acidente|acidentes|acidentado"},
    {"condition_state_pt", PROMISE_CONDITION, B | A, "perfeito|excelente|impecavel|otimo|perfeitas|excelentes|otimas estado|condicoes"},
    {"condition_is_perfect_pt", PROMISE_CONDITION, B | A, "estado|condicoes impecavel|impecaveis|perfeito|perfeitas|excelente|excelentes|otimo|otimas"},
    /* ---- what nobody has said a car has ---- */
    {"equipment_es", PROMISE_EQUIPMENT, Q | F, "quemacocos|panoramico|panoramica|cuero|navegador|navegacion|gps|estereo|rines|airbags|abs|xenon|alarma|blindado|blindada|calefaccion|calefactables|ventilados|turbocargado"},
    {"equipment_leather_es", PROMISE_EQUIPMENT, Q | F, "piel|clima"},
    {"equipment_air_es", PROMISE_EQUIPMENT, Q | F, "aire acondicionado"},
    {"equipment_bags_es", PROMISE_EQUIPMENT, Q | F, "bolsas de aire"},
    {"equipment_cruise_es", PROMISE_EQUIPMENT, Q | F, "control ?de crucero|velocidad"},
    {"equipment_key_es", PROMISE_EQUIPMENT, Q | F, "llave|boton|pantalla ?de inteligente|encendido|tactil|touch"},
    {"equipment_power_es", PROMISE_EQUIPMENT, Q | F, "vidrios|seguros|asientos|espejos ?de electricos|calefactables|piel|cuero|ventilados"},
    {"equipment_camera_es", PROMISE_EQUIPMENT, Q | F, "camara|sensores ~1 reversa|estacionamiento|360"},
    {"equipment_roof_es", PROMISE_EQUIPMENT, Q | F, "techo|faros solar|panoramico|led|xenon"},
    {"equipment_hybrid", PROMISE_EQUIPMENT, Q | F | PROMISE_ALIKE, "hibrido|hibrida|hibridos|hibridas|hybrid|hybrids"},
    {"equipment_electric", PROMISE_EQUIPMENT, Q | F | PROMISE_ALIKE, "electrico|electrica|electricos|electricas|electric|eletrico|eletricos"},
    {"equipment_diesel", PROMISE_EQUIPMENT, Q | F | PROMISE_ALIKE, "diesel"},
    {"equipment_en", PROMISE_EQUIPMENT, Q | F, "sunroof|moonroof|leather|keyless|airbag|touchscreen|alloy|navigation|bulletproof|armored"},
    {"equipment_of_en", PROMISE_EQUIPMENT, Q | F, "cruise|backup|rear|parking|heated|power|air control|camera|sensors|seats|windows|conditioning"},
    {"equipment_pt", PROMISE_EQUIPMENT, Q | F, "couro|blindagem|multimidia"},
    {"equipment_of_pt", PROMISE_EQUIPMENT, Q | F, "teto|ar|bancos|camera|rodas|piloto|vidros solar|condicionado|eletricos|re|liga|automatico"},

    /* ---- days and places ---- */
    {"hours_sunday", PROMISE_HOURS, B | Q, OPEN " ~5 domingo|domingos|sunday|sundays|festivos|feriados|holidays|diario|365"},
    {"hours_all_week", PROMISE_HOURS, B | Q, "lunes|monday|segunda a|to|through|ate domingo|domingos|sunday"},
    {"hours_round_the_clock", PROMISE_HOURS, B | Q, OPEN " ~2 24|veinticuatro horas|hours"},
    {"hours_every_day", PROMISE_HOURS, B | Q, OPEN " ~2 todos|every|todo|toda los|day|dia|semana ?dias"},
    {"place_we_are_es", PROMISE_PLACE, B | Q | N, "estamos|ubicamos|encontramos|sucursal|sucursales|localizados ~4 en|sobre"},
    {"place_we_are_en", PROMISE_PLACE, B | Q | N, "we are ?also ?located in|at|on"},
    {"place_were_en", PROMISE_PLACE, B | Q | N, "were ?also ?located in|at|on"},
    {"place_we_are_pt", PROMISE_PLACE, B | Q | N, "estamos|ficamos|filial|filiais ~3 em|na|no"},
    {"place_branches", PROMISE_PLACE, B | Q, "sucursal|sucursales|branches|filiais|agencias ~2 en|in|em|por"},
    {"place_city", PROMISE_PLACE, B | Q | F | S, "guadalajara|monterrey|puebla|queretaro|merida|cancun|tijuana|toluca|cuernavaca|aguascalientes|acapulco|veracruz|hermosillo|culiacan|morelia|chihuahua|saltillo|torreon|villahermosa|tampico|pachuca|oaxaca|xalapa|mazatlan|zapopan|naucalpan"},

    /* ---- how to reach or pay somebody ---- */
    {"contact_spelt", PROMISE_CONTACT, 0, DIGIT_WORD " " DIGIT_WORD " " DIGIT_WORD " " DIGIT_WORD " " DIGIT_WORD " " DIGIT_WORD},
    {"contact_address", PROMISE_CONTACT, B, "arroba"},
    {"contact_dot_com", PROMISE_CONTACT, B, "punto|dot|ponto com|mx|net|org|br"},
    {"contact_account", PROMISE_CONTACT, B | A, "clabe|cuenta ~2 #"},

    {"condition_new_pt", PROMISE_CONDITION, B | A, "esta|e|fica como|quase novo|nova"},
};
/* clang-format on */

const size_t promise_rule_count = sizeof promise_rules / sizeof *promise_rules;

/* ---- what a page must say too ---- */

const promise_term_t promise_terms[] = {
    {TERM_SAME, "dia|dias|day|days"},
    {TERM_SAME, "semana|semanas|week|weeks"},
    {TERM_SAME, "mes|meses|month|months"},
    {TERM_SAME, "ano|anos|year|years"},
    {TERM_SAME, "hora|horas|hrs|hour|hours|hours"},
    {TERM_SAME, "minuto|minutos|minute|minutes"},
    {TERM_SAME, "hoy|today|hoje|tonight"},
    {TERM_SAME, "manana|tomorrow|amanha"},
    {TERM_SAME, "mismo|same|mesmo"},
    {TERM_SAME, "domingo|domingos|sunday|sundays"},
    {TERM_SAME, "festivos|feriados|holidays"},
    {TERM_SAME, "km|kms|kilometros|kilometers|kilometres|quilometros"},
    {TERM_SAME, "inmediata|inmediato|inmediatamente|immediate|immediately|imediata|imediato"},
    {TERM_SAME, "vida|lifetime|life|vitalicia|siempre|forever|always|sempre"},
    {TERM_SAME, "ilimitado|ilimitada|unlimited"},
    {TERM_SAME, "total|completa|completo|full|complete|integral|comprehensive|absoluta"},
    {TERM_SAME, "extendida|extended|estendida|ampliada"},
    {TERM_SAME, "fabrica|factory|manufacturer|manufacturers|fabricante"},
    {TERM_SAME, "cualquier|cualquiera|any|anything|qualquer"},
    {TERM_SAME, "todo|everything|tudo"},
    {TERM_SAME, "pais|republica|nacional|nationwide|nacion|country"},
    {TERM_SAME, "doble|double|dobro"},
    {TERM_SAME, "seguro|insurance"},
    {TERM_SAME, "tenencia|tenencias|ipva"},
    {TERM_SAME, "placas|plates|emplacado|emplacamento|emplacamiento|registration"},
    {TERM_SAME, "gasolina|gas|fuel|tanque|tank|combustivel"},
    {TERM_SAME,
     "envio|enviamos|envia|enviar|entrega|entregamos|domicilio|delivery|deliver|shipping|"
     "ship|entregue"},
    {TERM_SAME,
     "servicio|servicios|mantenimiento|service|maintenance|servicing|manutencao|revisao"},
    {TERM_SAME, "prueba|manejo|test|drive"},
    {TERM_SAME, "valuador|valuacion|avaluo|appraisal|appraiser|avaliador|avaliacao"},
    {TERM_SAME, "llanta|llantas|tires|pneus|tapetes|mats|polarizado|tint|alarma|alarm|camara|"
                "camera|accesorios|accessories|acessorios|kit"},
    {TERM_SAME, "regalo|obsequio|gift|presente|brinde"},
    {TERM_SAME, "motor|engine"},
    {TERM_SAME, "transmision|transmission|cambio"},
    {TERM_SAME, "frenos|suspension|llantas|brakes|electrico|bateria|battery|electronica|pintura|"
                "paint|clima"},
    {TERM_SAME, "guadalajara|monterrey|puebla|queretaro|merida|cancun|tijuana|toluca|leon|"
                "cuernavaca|aguascalientes"},
    {TERM_CONDITION, "con|at|com ?a costo|cost|custo"},
    {TERM_CONDITION, "cotiza|quoted|cotado"},
};

const size_t promise_term_count = sizeof promise_terms / sizeof *promise_terms;

const promise_number_t promise_numbers[] = {
    {"dos|two|dois|duas", "2"},
    {"tres|three", "3"},
    {"cuatro|four|quatro", "4"},
    {"cinco|five", "5"},
    {"seis|six", "6"},
    {"siete|seven|sete", "7"},
    {"ocho|eight|oito", "8"},
    {"nueve|nine|nove", "9"},
    {"diez|ten|dez", "10"},
    {"doce|twelve|doze", "12"},
    {"quince|fifteen|quinze", "15"},
    {"dieciocho|eighteen|dezoito", "18"},
    {"veinte|twenty|vinte", "20"},
    {"veinticuatro", "24"},
    {"treinta|thirty|trinta", "30"},
    {"cuarenta|forty|quarenta", "40"},
    {"cincuenta|fifty|cinquenta", "50"},
    {"sesenta|sixty|sessenta", "60"},
    {"cien|hundred|cem", "100"},
    {"mil|thousand", "1000"},
};

const size_t promise_number_count = sizeof promise_numbers / sizeof *promise_numbers;
