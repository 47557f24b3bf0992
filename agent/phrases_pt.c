/* Portuguese of Brazil. */
#include "agent/phrases.h"

/* clang-format off */
const phrase_table_t phrases_pt = {
    [PHRASE_HELLO] = {
        "{hi} Bem-vindo à {shop}. Procura uma marca, um tipo de carro ou algo dentro de um orçamento?",
        "{hi} Aqui na {shop} eu ajudo a encontrar o carro. Já tem algum em mente, ou um orçamento?"},
    [PHRASE_HELLO_AGAIN] = {
        "Oi de novo! Continuamos com o que vimos ou procuro outra coisa?",
        "Que bom falar de novo! Que carro está procurando?",
        "Continuo por aqui para ajudar. Que carro eu procuro?"},
    [PHRASE_HI] = {"Oi!"},
    [PHRASE_WHO] = {
        "Sou o assistente automático da {shop}: procuro carros no catálogo, calculo parcelas e tiro dúvidas. O que gostaria de ver?",
        "Sou um assistente automático, não uma pessoa; conheço o catálogo da {shop} e faço as contas do financiamento. Procura algum carro em especial?"},
    [PHRASE_THANKS] = {
        "De nada! Se precisar de mais alguma coisa, é só escrever.",
        "Imagina! Se quiser ver outro carro ou fazer contas, estou aqui.",
        "Por nada. Fico aqui para o que precisar."},
    [PHRASE_BYE] = {
        "Obrigado por escrever! Quando quiser, retomamos daqui.",
        "Até logo! Estou aqui quando quiser ver mais opções.",
        "Até breve! É só escrever por aqui."},
    [PHRASE_YES] = {
        "Ótimo! Me diga qual carro agradou, ou marca e orçamento, e eu mostro opções.",
        "Perfeito. O que eu procuro: uma marca, um tipo de carro ou algo por orçamento?"},
    [PHRASE_NO] = {
        "Sem problema. O que mudamos: a marca, o tipo de carro ou o orçamento?",
        "Tudo bem. Me diga o que não convenceu e eu procuro de outro jeito.",
        "Entendido. Procuramos algo diferente?"},
    [PHRASE_RESET] = {
        "Pronto, começamos do zero. Que carro procura?",
        "Feito, conversa nova. Que carro eu procuro?"},
    [PHRASE_PERSON] = {
        "Claro, já avisei um atendente. Ele escreve por aqui assim que puder{hours}.",
        "Com prazer: um atendente já tem a sua mensagem e responde neste chat assim que puder{hours}.",
        "Um atendente já foi avisado e escreve por aqui em breve{hours}."},
    [PHRASE_LEAD] = {
        "Já avisei um assessor, que escreve por aqui.",
        "Anotado: um assessor já tem isso e escreve por este chat.",
        "Um assessor já está sabendo e responde por aqui."},
    [PHRASE_PERSON_CLOSED] = {
        "Agora não há ninguém na loja; abrimos {when}. Se quiser, deixe aqui a sua mensagem e eu passo adiante.",
        "No momento estamos fechados e abrimos {when}. Escreva o que eles devem saber e eu deixo anotado."},
    [PHRASE_PERSON_NOTED] = {
        "Anotado: deixo para o atendente.",
        "Certo, o atendente lê assim que chegar."},
    [PHRASE_PERSON_OFFER] = {
        "Se preferir que um atendente escreva, diga «atendente».",
        "Um atendente também pode ajudar: escreva «atendente» e eu aviso."},
    [PHRASE_PERSON_CALM] = {
        "Lamento o incômodo. Se preferir falar com um atendente, diga «atendente» e eu aviso.",
        "Sinto que isto não esteja ajudando. Escreva «atendente» e eu aviso um."},
    [PHRASE_ABUSE] = {
        "Lamento o incômodo. Posso ajudar com algum carro ou prefere que um atendente escreva?",
        "Entendo a irritação. Continuo ajudando com carros ou passo para um atendente?"},

    [PHRASE_TRICK_PRICE] = {
        "Os preços e as condições são os do catálogo e não posso mudá-los por aqui.",
        "Isso não posso fazer: os preços são os publicados.",
        "Nem por aqui nem de outro jeito posso mudar os preços do catálogo."},
    [PHRASE_TRICK] = {
        "Nisso não posso ajudar; meu assunto são os carros do catálogo.",
        "Isso não posso fazer: aqui só vejo carros, com seus preços.",
        "Melhor seguirmos com os carros, que é o que eu sei.",
        "Isso foge do que faço aqui: mostrar carros e fazer contas."},
    [PHRASE_HAGGLE] = {
        "Os preços são os do catálogo e não posso mexer neles por aqui.",
        "O preço publicado é o que tenho e não há como eu mudar.",
        "Por este chat não mudo preços: é o que está no catálogo."},
    [PHRASE_OFFTOPIC] = {
        "Disso não sei muito: meu assunto são carros.",
        "Aí não consigo ajudar, só entendo de carros.",
        "Isso foge do meu assunto, que são os carros."},
    [PHRASE_CHEAPEST] = {
        "Se quiser, mostro os {name} mais em conta: o primeiro está por {price}.",
        "O que posso fazer é mostrar os {name} de menor preço, a partir de {price}."},
    [PHRASE_CHEAPEST_FIRST] = {
        "Esses já vão do mais barato ao mais caro: o primeiro é o {name}, por {price}. Procuro de outra marca ou de outro tipo?",
        "Mais baratos que esses não tenho: o de menor preço é o {name}, por {price}. Tiramos algum filtro?"},
    [PHRASE_CAR_AT] = {
        "O *{car}* está por {price} e esse preço não posso mexer por aqui.",
        "Esse *{car}* custa {price}, como publicado, e não tenho como baixar."},
    [PHRASE_HOW_HELP] = {
        "Estou por aqui. Procuro um carro ou faço uma conta de parcelas?",
        "Como posso ajudar: procurar um carro, fazer contas ou alguma dúvida da loja?"},
    [PHRASE_UNKNOWN_WORDS] = {
        "Não encontrei «{words}» no catálogo. Procura alguma marca, um tipo de carro ou uma faixa de preço?",
        "Para «{words}» não aparece nada. Pode dizer a marca, o modelo ou quanto quer gastar?"},
    [PHRASE_LEAD_BACK] = {
        "Que carro gostaria de ver?",
        "Procura algum carro em especial?",
        "Mostro opções por marca ou por orçamento?"},
    [PHRASE_LEAD_QUOTE] = {
        "Faço a conta com um prazo e uma entrada que fiquem bons?",
        "Calculo as parcelas em um prazo maior?"},
    [PHRASE_NO_WORDS] = {
        "Por aqui só consigo ler texto: não posso ver nem ouvir o que enviou. Pode escrever que carro procura?",
        "Isso eu não consigo abrir, só leio mensagens escritas. Me diga com palavras como posso ajudar.",
        "Recebi a mensagem, mas sem texto não consigo ler. Pode escrever, por favor?"},
    [PHRASE_BESIDE_WORDS] = {
        "Só leio texto: não consegui ver nem ouvir o que você mandou.",
        "O que você mandou além do texto eu não consigo abrir aqui."},
    [PHRASE_LEAVE] = {
        "Pronto, não mandamos mais mensagens. Se mudar de ideia, escreva *START*.",
        "Entendido: não vai receber mais mensagens. Para voltar, é só escrever *START*."},
    [PHRASE_RETURN] = {
        "Que bom que voltou! Que carro eu procuro?",
        "Estamos aqui de novo! Que carro tem em mente?"},
    [PHRASE_NOT_UNDERSTOOD] = {
        "Não entendi bem. Me diga uma marca, um tipo de carro ou um orçamento e eu mostro opções.",
        "Desculpe, não acompanhei. Procura uma marca ou uma faixa de preço?",
        "Acho que não entendi. Pode dizer de outro jeito? Por exemplo: «um SUV automático barato»."},
    [PHRASE_TROUBLE] = {
        "Agora não consigo abrir o catálogo. Escreva de novo em alguns minutos, por favor.",
        "O catálogo está demorando. Pode escrever de novo daqui a pouco?"},
    [PHRASE_TROUBLE_SHOWN] = {
        "Agora não consigo abrir o catálogo. Enquanto isso, quer que eu lembre o preço de algum dos que vimos?",
        "O catálogo está demorando; tento de novo assim que escrever."},
    [PHRASE_DOLLARS] = {
        "Atenção: nossos preços são em pesos mexicanos.",
        "Aqui tudo está em pesos mexicanos, não em dólares."},

    [PHRASE_VAGUE] = {
        "Com prazer. Para começar, veja {n} dos {total} carros que tenho:",
        "Claro. Aqui vão {n} opções de {total}, para ir vendo:",
        "Vamos lá! De {total} carros, {n} para começar:"},
    [PHRASE_ASK_BUDGET] = {
        "Qual é o orçamento, mais ou menos?",
        "Mais ou menos de quanto é o seu orçamento?",
        "Até quanto quer gastar?"},
    [PHRASE_LIST_SOME] = {"Tenho {total} {what}. <Os|As> primeir<os|as> {n}:", "Há {total} {what}. Aqui vão {n}:",
        "Encontrei {total} {what}. <Os|As> primeir<os|as> {n}:"},
    [PHRASE_LIST_ALL] = {"Tenho {total} {what}:", "Há {total} {what}:", "Encontrei {total} {what}:"},
    [PHRASE_LIST_ONE] = {
        "De {what} tenho só um<|a>:",
        "Há só um<|a> de {what}:",
        "Encontrei só um<|a> de {what}:"},
    [PHRASE_LIST_PAGE] = {"Aqui vão <os|as> {from}–{to} de {total} {what}:", "Est<es|as> são <os|as> {from}–{to} de {total} {what}:"},
    [PHRASE_LIST_PAGE_ONE] = {"Aqui vai <o|a> {from} de {total} {what}:", "E <o último|a última>, {from} de {total} {what}:"},
    [PHRASE_PAGE_OF] = {"Página {page} de {pages}."},
    [PHRASE_MORE_OTHERS] = {
        "Escreva *mais* para ver <os|as> outr<os|as> {n}, ou me diga qual agradou e eu digo quanto ficaria por mês.",
        "Com *mais* aparecem <os|as> outr<os|as> {n}. Qual chamou a atenção?",
        "Faltam {n}: escreva *mais*. Ou já gostou de algum<|a>?"},
    [PHRASE_MORE_NEXT] = {
        "Escreva *mais* para ver <os próximos|as próximas> {n}, ou me diga qual agradou e eu digo quanto ficaria por mês.",
        "Com *mais* mostro <os próximos|as próximas> {n}. Qual chamou a atenção?",
        "Há mais: escreva *mais* para <os próximos|as próximas> {n}. Ou já gostou de algum<|a>?"},
    [PHRASE_MORE_ONE] = {
        "Escreva *mais* para ver <o outro|a outra>, ou me diga qual agradou e eu digo quanto ficaria por mês.",
        "Falta um<|a>: escreva *mais*. Ou já gostou de algum<|a>?"},
    [PHRASE_PAGE_LAST] = {"São tod<os|as>.", "E com isso a lista acaba."},
    [PHRASE_ASK_WHICH] = {
        "Me diga qual agradou e eu digo quanto ficaria por mês.",
        "De qual quer que eu faça a simulação?",
        "Para qual deles faço a conta?",
        "Gostou de algum<|a>?"},
    [PHRASE_ASK_ONE] = {
        "Calculo quanto ficaria por mês?",
        "Quer que eu faça a conta em parcelas?"},
    [PHRASE_MORE_NONE] = {
        "Já viu tod<os|as>: são {total} no total. Mudamos o orçamento ou vemos outra marca?",
        "Não há mais: a lista acaba com esses {total}. Procuro algo parecido?",
        "Essa era a última página, com {total} no total. Mudamos algum filtro?"},
    [PHRASE_BACK_NONE] = {
        "Essa já é a primeira página. Gostou de algum<|a>?",
        "Não há nada antes: é a primeira página. Seguimos com a próxima?"},
    [PHRASE_PAGE_NONE_SUCH] = {"A lista tem {pages} páginas. Qual quer ver?",
        "São só {pages} páginas. Mostro a última?"},
    [PHRASE_MORE_OF_WHAT] = {
        "Com prazer, mais de quê? Me diga uma marca, um tipo de carro ou um orçamento.",
        "Ainda não vimos nenhuma lista. Que carro procura?"},
    [PHRASE_SUPPOSE] = {"Suponho que procura *{name}*. ", "Entendo que é *{name}*. "},
    [PHRASE_EMPTY] = {"Não tenho {what} no momento.", "Agora não há {what}.", "Por enquanto não encontrei {what}."},
    [PHRASE_NEAREST] = {
        "O mais próximo que tenho são {total} {what}:",
        "O que chega mais perto são {total} {what}:",
        "O mais parecido são {total} {what}:"},
    [PHRASE_ASK_OTHER] = {
        "Procuramos com outra marca ou outro orçamento?",
        "O que mudamos: marca, ano ou preço?"},
    [PHRASE_NOT_CARRIED] = {"Não trabalhamos com {name} por enquanto.", "No momento não tenho {name}.", "{name} não há agora."},
    [PHRASE_NEAR] = {"Do que mais há: {near}.", "O que eu tenho: {near}."},
    [PHRASE_ASK_SHOW] = {"Mostro para você?", "Quer ver?"},
    [PHRASE_NO_SUCH_PLACE] = {
        "Na lista há {n}. Qual deles interessa?",
        "A lista vai até o {n}. De qual falamos?"},
    [PHRASE_STILL] = {"Sim, hoje está à venda. Não consigo reservá-lo por aqui, então pode ser vendido antes.", "Sim, neste momento está à venda; se alguém for mais rápido, pode ser vendido."},
    [PHRASE_SOLD] = {"O *{car}* já foi vendido.", "Esse, o *{car}*, já está vendido."},
    [PHRASE_SOLD_NONE] = {"Por enquanto não tenho outro parecido. Mostro algo diferente?", "Não tenho outro como esse. O que mais gostaria de ver?"},
    [PHRASE_NO_SUCH_STOCK] = {
        "Não encontro o {stock}; talvez já tenha sido vendido. Procuro algo parecido?",
        "O {stock} não está no catálogo. Pode confirmar o número ou dizer que carro é?"},
    [PHRASE_MAKES] = {"Tenho {n} marcas: {list}.", "São {n} marcas: {list}."},
    [PHRASE_MODELS] = {"De *{make}* há: {list}.", "*{make}*, o que tenho: {list}."},
    [PHRASE_AND_MORE] = {" e mais {n}"},
    [PHRASE_ASK_MAKE] = {"Qual eu mostro?", "De qual quer ver opções?"},
    [PHRASE_AND] = {" e "},
    [PHRASE_SINCE] = {" a partir de {price}"},

    [PHRASE_CAR_LINE] = {"*{car}*, {price}"},
    [PHRASE_KM] = {"{km} km"},
    [PHRASE_STOCK] = {"Stock {stock}"},
    [PHRASE_WITH] = {"com {what}"},
    [PHRASE_WITHOUT] = {"sem {what}"},
    [PHRASE_PHOTO] = {"Foto: {url}"},
    [PHRASE_NO_PHOTO] = {"Não tenho fotos deste aqui; um atendente pode mandar.",
        "Deste não carregaram fotos, mas um atendente consegue."},
    [PHRASE_ASK_QUOTE] = {
        "Calculo quanto ficaria por mês?",
        "Quer que eu faça a conta em parcelas?",
        "Digo em quanto ficam as parcelas?"},
    [PHRASE_COMPARE] = {"Lado a lado:", "Comparados:"},
    [PHRASE_COSTS_LESS] = {"custa menos"},
    [PHRASE_LESS_KM] = {"tem menos quilômetros"},
    [PHRASE_NEWER] = {"é mais novo"},
    [PHRASE_POINTS] = {"O {n} {list}."},
    [PHRASE_COMPARE_WHICH] = {"De qual calculo as parcelas?", "Qual convence mais?"},

    [PHRASE_DOWN] = {"Entrada: {down}"},
    [PHRASE_DOWN_PERCENT] = {"Entrada ({percent} %): {down}"},
    [PHRASE_PRICE_LINE] = {"Para um carro de *{price}*:"},
    [PHRASE_NO_DOWN] = {"Sem entrada"},
    [PHRASE_WITHOUT_DOWN] = {"sem entrada"},
    [PHRASE_WITH_DOWN] = {"com {down} de entrada"},
    [PHRASE_INSTALMENTS] = {"{months} parcelas de {instalment} (taxa anual {rate} %)"},
    [PHRASE_INSTALMENT_LINE] = {"{months} meses: {instalment} por mês"},
    [PHRASE_RATE] = {"Taxa anual {rate} %."},
    [PHRASE_FINANCED] = {"Total financiado: {financed}, juros: {interest}"},
    [PHRASE_ASK_COMPARE] = {
        "Quer que eu compare com {a} ou {b} meses?",
        "Mostro também em {a} ou {b} meses?",
        "Vemos como fica em {a} ou {b} meses?"},
    [PHRASE_ASK_COMPARE_ONE] = {
        "Quer que eu compare com {a} meses?",
        "Mostro também em {a} meses?"},
    [PHRASE_ASK_DOWN] = {
        "Quanto poderia dar de entrada?",
        "Outra entrada, ou algum destes prazos serve?",
        "Que entrada fica confortável?"},
    [PHRASE_ASK_ANOTHER] = {
        "Qual prazo fica melhor?",
        "Com qual prazo a parcela fica confortável?"},
    [PHRASE_QUOTE_WHICH] = {
        "Claro. De qual da lista faço a conta? Basta o número.",
        "Com prazer. Qual da lista: o 1, o 2…?"},
    [PHRASE_QUOTE_WHAT] = {
        "Com prazer faço a conta. De que carro seria?",
        "Claro, que carro simulamos? Me diga marca e modelo."},
    [PHRASE_BAD_MONTHS] = {
        "Os prazos vão de {min} a {max} meses. Calculo em {near}?",
        "Esse prazo não temos: há de {min} a {max} meses. Vemos em {near}?"},
    [PHRASE_BAD_NEGATIVE] = {
        "A entrada e o prazo não podem ser negativos. Com que entrada e em quantos meses faço a conta?",
        "Com números negativos a conta não sai. Quanto daria de entrada?"},
    [PHRASE_BAD_DOWN_HIGH] = {
        "Com essa entrada já cobre o preço de {price}: seria à vista, sem parcelas. Calculo com uma entrada menor?",
        "O carro custa {price} e essa entrada cobre tudo. Que entrada menor fica boa?"},
    [PHRASE_BAD_DOWN_LOW] = {
        "A entrada mínima é {percent} %, aqui {down}. Calculo com essa?",
        "É preciso pelo menos {percent} % de entrada: {down}. Faço a conta assim?"},
    [PHRASE_QUOTE_FAILED] = {
        "Não consegui fazer a conta com esses dados. Pode me dizer o carro, a entrada e o prazo?",
        "Algo não bateu na conta. Que carro seria e em quantos meses?"},
    [PHRASE_MONTHLY] = {"Com {monthly} por mês, este plano serve:", "Este é o plano que cabe em {monthly} por mês:"},
    [PHRASE_MONTHLY_NONE] = {"Nenhum destes prazos fica abaixo de {monthly} por mês; com mais entrada chega perto."},
    [PHRASE_MONTHLY_REACH] = {
        "Com {monthly} por mês, em {months} meses e {down}, dá para carros de até {price}.",
        "Em {months} meses e {down}, {monthly} por mês dão para um carro de até {price}."},
    [PHRASE_SIZE] = {"Comprimento, largura e altura: {size} mm"},

    [PHRASE_KNOW_MORE] = {
        "Mais alguma dúvida, ou vemos carros?",
        "Posso ajudar com mais alguma coisa?",
        "O que mais gostaria de saber?",
        "Ficou outra dúvida?"},
    [PHRASE_KNOW_NONE] = {
        "Prefiro que um atendente confirme isso. Quer que eu avise?",
        "Não tenho esse dado à mão; um atendente confirma. Aviso?"},

    [PHRASE_SEATS] = {
        "O número de lugares não vem na minha lista; para {n} pessoas o usual é uma minivan ou um SUV grande, e um atendente confirma o de cada um.",
        "O catálogo não diz quantos lugares têm. Para {n}, o mais provável é uma minivan ou um SUV grande; um atendente confirma."},
    [PHRASE_SEATS_CAR] = {
        "O número de lugares não vem na ficha; um atendente confirma.",
        "De lugares a ficha não diz nada, mas um atendente confirma."},
    [PHRASE_ECONOMY] = {
        "O consumo não vem na minha lista, mas os híbridos costumam gastar menos.",
        "O catálogo não traz o consumo; o usual é que um híbrido gaste menos."},
    [PHRASE_ECONOMY_ASK] = {
        "O consumo não vem na ficha. Peço o dado a um atendente?",
        "De consumo a ficha não diz nada. Quer que um atendente descubra?"},
    [PHRASE_ECONOMY_CAR] = {
        "O consumo não vem na ficha; um atendente pode confirmar.",
        "De consumo a ficha não diz nada, mas um atendente descobre."},
    [PHRASE_DETAIL_WHICH] = {
        "De qual destes? Basta o número.",
        "Claro, de qual: o 1, o 2…?"},
    [PHRASE_EQUIPMENT] = {
        "Sobre *{what}* não tenho o dado; um atendente pode confirmar.",
        "O dado de *{what}* eu não tenho aqui, mas um atendente descobre."},
    [PHRASE_EQUIPMENT_ASK] = {
        "Sobre *{what}* não tenho o dado. Quer que um atendente descubra?",
        "O dado de *{what}* eu não tenho aqui. Peço a um atendente?"},
    [PHRASE_SURVEY_ASK] = {
        "Uma última coisa: de 0 a 10, quanto você recomendaria a {shop} a um amigo ou parente?",
        "Sua opinião nos ajuda muito: de 0 a 10, quanto você recomendaria a {shop} a um parente ou amigo?"},
    [PHRASE_SURVEY_AGAIN] = {
        "Obrigado! E em um só número, de 0 a 10?",
        "Muito obrigado. Que número você daria, de 0 a 10?"},
    [PHRASE_SURVEY_HIGH] = {
        "Que bom, muito obrigado! Do que você mais gostou?",
        "Muito obrigado mesmo! O que mais agradou?"},
    [PHRASE_SURVEY_MID] = {
        "Obrigado! O que faltou para chegar ao 10?",
        "Muito obrigado. O que poderíamos fazer melhor?"},
    [PHRASE_SURVEY_LOW] = {
        "Obrigado pela franqueza, e lamento que não tenha sido melhor. O que deu errado?",
        "Lamento, e obrigado por dizer. Do que você não gostou?"},
    [PHRASE_SURVEY_NOTED] = {
        "Obrigado pela resposta!",
        "Anotado, muito obrigado!"},
    [PHRASE_SURVEY_THANKS] = {
        "Obrigado por contar, fica anotado para a equipe.",
        "Anotado para a equipe. Obrigado pelo seu tempo!"},
    [PHRASE_SURVEY_REFUSED] = {
        "Sem problema, obrigado! Estou aqui para o que precisar.",
        "Tudo bem, obrigado mesmo assim. É só escrever se precisar de algo."},

    [PHRASE_NOUN_CAR] = {"carros"},
    [PHRASE_NOUN_SUV] = {"SUVs"},
    [PHRASE_NOUN_SEDAN] = {"sedãs"},
    [PHRASE_NOUN_HATCHBACK] = {"hatches"},
    [PHRASE_NOUN_PICKUP] = {"picapes"},
    [PHRASE_NOUN_COUPE] = {"cupês"},
    [PHRASE_NOUN_CONVERTIBLE] = {"conversíveis"},
    [PHRASE_NOUN_MINIVAN] = {"minivans"},
    [PHRASE_NOUN_OTHER] = {"{name}"},
    [PHRASE_OF_AUTOMATIC] = {" automátic<os|as>"},
    [PHRASE_OF_MANUAL] = {" com câmbio manual"},
    [PHRASE_OF_HYBRID] = {" híbrid<os|as>"},
    [PHRASE_OF_ELECTRIC] = {" elétric<os|as>"},
    [PHRASE_OF_DIESEL] = {" a diesel"},
    [PHRASE_OF_PETROL] = {" a gasolina"},
    [PHRASE_OF_COLOUR] = {" na cor {colour}"},
    [PHRASE_OF_BLUETOOTH] = {" com Bluetooth"},
    [PHRASE_OF_CAR_PLAY] = {" com CarPlay"},
    [PHRASE_OF_NO_BLUETOOTH] = {" sem Bluetooth"},
    [PHRASE_OF_NO_CAR_PLAY] = {" sem CarPlay"},
    [PHRASE_OF_BOTH] = {" com Bluetooth e CarPlay"},
    [PHRASE_OF_NOT] = {" que não sejam {list}"},
    [PHRASE_STANDING_IN] = {"de {city}"},
    [PHRASE_COLOURED] = {"de cor {colour}"},
    [PHRASE_NOR] = {" nem "},
    [PHRASE_OF_LONG] = {" grandes"},
    [PHRASE_OF_YEAR] = {" {a}"},
    [PHRASE_OF_YEAR_FROM] = {" {a} ou mais nov<os|as>"},
    [PHRASE_OF_YEAR_TO] = {" {a} ou anteriores"},
    [PHRASE_OF_YEARS] = {" de {a} a {b}"},
    [PHRASE_OF_PRICE_TO] = {" até {b}"},
    [PHRASE_OF_PRICE_FROM] = {" a partir de {a}"},
    [PHRASE_OF_PRICES] = {" de {a} a {b}"},
    [PHRASE_OF_KM_TO] = {" com no máximo {b} km"},
    [PHRASE_OF_KM_FROM] = {" com mais de {a} km"},
    [PHRASE_OF_CITY] = {" em {city}"},
    [PHRASE_BY_PRICE] = {", <do mais barato ao mais caro|da mais barata à mais cara>"},
    [PHRASE_BY_PRICE_DOWN] = {", <do mais caro ao mais barato|da mais cara à mais barata>"},
    [PHRASE_BY_YEAR] = {", <do mais velho ao mais novo|da mais velha à mais nova>"},
    [PHRASE_BY_YEAR_DOWN] = {", <do mais novo ao mais velho|da mais nova à mais velha>"},
    [PHRASE_BY_KM] = {", começando pelos de menos quilômetros"},
    [PHRASE_BY_KM_DOWN] = {", começando pelos de mais quilômetros"},

    [PHRASE_IS_SEDAN] = {"sedã"}, [PHRASE_IS_AUTOMATIC] = {"automático"}, [PHRASE_IS_MANUAL] = {"manual"},
    [PHRASE_IS_HYBRID] = {"híbrido"}, [PHRASE_IS_ELECTRIC] = {"elétrico"},
    [PHRASE_IS_DIESEL] = {"diesel"}, [PHRASE_IS_PETROL] = {"gasolina"},
    [PHRASE_IS_BEIGE] = {"beige"}, [PHRASE_IS_RED] = {"vermelho"}, [PHRASE_IS_BLUE] = {"azul"}, [PHRASE_IS_WHITE] = {"branco"},
    [PHRASE_IS_BLACK] = {"preto"}, [PHRASE_IS_GREY] = {"cinza"}, [PHRASE_IS_SILVER] = {"prata"},
    [PHRASE_IS_GREEN] = {"verde"}, [PHRASE_IS_YELLOW] = {"amarelo"}, [PHRASE_IS_ORANGE] = {"laranja"},
    [PHRASE_IS_BROWN] = {"marrom"}, [PHRASE_IS_GOLD] = {"dourado"}, [PHRASE_IS_WINE] = {"vinho"},
};
/* clang-format on */
