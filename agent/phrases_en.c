/* English. */
#include "agent/phrases.h"

/* clang-format off */
const phrase_table_t phrases_en = {
    [PHRASE_HELLO] = {
        "{hi} Welcome to {shop}. Are you looking for a make, a type of car or something within a budget?",
        "{hi} I can help you find a car at {shop}. Do you have one in mind, or a budget?"},
    [PHRASE_HELLO_AGAIN] = {
        "Hi again! Shall we go on with what we saw, or look for something else?",
        "Good to hear from you again! What car are you thinking of?",
        "Still here to help. What car can I find for you?"},
    [PHRASE_HI] = {"Hi!"},
    [PHRASE_WHO] = {
        "I'm the automatic assistant of {shop}: I search the catalog, work out monthly payments and answer questions. What would you like to see?",
        "I'm an automatic assistant, not a person; I know the catalog of {shop} and do the financing sums. Is there a car you have in mind?"},
    [PHRASE_THANKS] = {
        "You're welcome! Just write if you need anything else.",
        "My pleasure. If you want to see another car or run the numbers, I'm here.",
        "Any time. I'm here for whatever you need."},
    [PHRASE_BYE] = {
        "Thanks for writing! We can pick up right here whenever you like.",
        "Take care! I'm here when you want to look at more options.",
        "See you soon! You'll find me right here."},
    [PHRASE_YES] = {
        "Great! Tell me which car you like, or a make and a budget, and I'll show you options.",
        "Perfect. What shall I look for: a make, a type of car or something by budget?"},
    [PHRASE_NO] = {
        "No problem. What shall we change: make, type of car or budget?",
        "That's fine. Tell me what didn't convince you and I'll look elsewhere.",
        "Understood. Shall we look for something different?"},
    [PHRASE_RESET] = {
        "Done, we start over. What car are you looking for?",
        "All set, a clean slate. What car shall I find for you?"},
    [PHRASE_PERSON] = {
        "Of course, I've let an advisor know. They'll write to you here as soon as they're free{hours}.",
        "Sure: an advisor has your message and will answer in this chat as soon as they can{hours}.",
        "An advisor has been told and will write here as soon as possible{hours}."},
    [PHRASE_LEAD] = {
        "I have passed that on to an advisor, who will write to you here.",
        "Noted: an advisor has it now and will write to you in this chat.",
        "An advisor knows about it now and will answer you here."},
    [PHRASE_PERSON_CLOSED] = {
        "Nobody is at the dealership right now; we open {when}. If you like, leave your message here and I'll pass it on.",
        "We're closed at the moment and open {when}. Write what they should know and I'll leave it for them."},
    [PHRASE_PERSON_NOTED] = {
        "Noted: I'll leave it for the advisor.",
        "Got it, the advisor reads it as soon as they are in."},
    [PHRASE_PERSON_OFFER] = {
        "If you'd rather have an advisor write to you, just say \"advisor\".",
        "An advisor can help you too: write \"advisor\" and I'll let one know."},
    [PHRASE_PERSON_CALM] = {
        "I'm sorry about the trouble. If you'd rather talk to an advisor, just say \"advisor\".",
        "I'm sorry this isn't helping. Write \"advisor\" and I'll let one know."},
    [PHRASE_ABUSE] = {
        "I'm sorry about the trouble. Can I help you with a car, or would you rather have an advisor write to you?",
        "I understand you're upset. Shall I keep helping with cars or hand you to an advisor?"},

    [PHRASE_TRICK_PRICE] = {
        "Prices and conditions are those of the catalog and I can't change them here.",
        "That I can't do: the prices are the published ones.",
        "I can't change the prices of the catalog, here or any other way."},
    [PHRASE_TRICK] = {
        "I can't help with that; my thing is the cars in the catalog.",
        "That I can't do: here I only see cars, at their prices.",
        "Let's stay with the cars, which is what I know.",
        "That's beyond what I do here: showing cars and working out payments."},
    [PHRASE_HAGGLE] = {
        "The prices are those of the catalog and I can't move them here.",
        "The published price is the one I have, with no way for me to change it.",
        "I don't change prices in this chat: it's the one in the catalog."},
    [PHRASE_OFFTOPIC] = {
        "I don't know much about that: cars are my thing.",
        "There I can't help, I only know about cars.",
        "That's outside my field, which is cars."},
    [PHRASE_CHEAPEST] = {
        "If you like, I'll show you the most affordable {name}: the first one is {price}.",
        "What I can do is show you the lowest priced {name}, starting at {price}."},
    [PHRASE_CHEAPEST_FIRST] = {
        "Those already go from the cheapest up: the first is the {name}, at {price}. Shall I look at another make or another type?",
        "I have none cheaper than those: the lowest priced is the {name}, at {price}. Shall we drop a filter?"},
    [PHRASE_CAR_AT] = {
        "The *{car}* is {price} and I can't move that price here.",
        "That *{car}* costs {price}, as published, and I have no way to lower it."},
    [PHRASE_HOW_HELP] = {
        "I'm here. Shall I look for a car or work out payments?",
        "How can I help: find a car, run the numbers or answer a question about the dealership?"},
    [PHRASE_UNKNOWN_WORDS] = {
        "I found no \"{words}\" in the catalog. Are you looking for a make, a type of car or a price range?",
        "Nothing comes up for \"{words}\". Could you tell me the make, the model or what you want to spend?"},
    [PHRASE_LEAD_BACK] = {
        "Which car would you like to see?",
        "Is there a car you have in mind?",
        "Shall I show you options by make or by budget?",
        "Shall we look at SUVs, sedans or something more compact?"},
    [PHRASE_LEAD_QUOTE] = {
        "Shall I work it out with a term and a down payment that suit you?",
        "Shall I work out the payments over a longer term?"},
    [PHRASE_NO_WORDS] = {
        "I can only read text here, so I can't see or hear what you sent. Could you write which car you are looking for?",
        "I can't open that, I only read written messages. Tell me in words how I can help.",
        "Your message arrived, but without text I can't read it. Could you write it, please?"},
    [PHRASE_BESIDE_WORDS] = {
        "I only read text: I couldn't see or hear what you sent.",
        "What you sent besides the text I can't open here."},
    [PHRASE_LEAVE] = {
        "Done, we won't send you messages any more. If you change your mind, write *START*.",
        "Understood: no more messages. To come back, just write *START*."},
    [PHRASE_RETURN] = {
        "Good to have you back! Which car shall I look for?",
        "Here we are again! Which car do you have in mind?"},
    [PHRASE_NOT_UNDERSTOOD] = {
        "I didn't quite get that. Tell me a make, a type of car or a budget and I'll show you options.",
        "Sorry, I didn't follow. Are you looking for a make or a price range?",
        "I don't think I understood. Could you put it another way, such as \"an affordable automatic SUV\"?",
        "That one escaped me. Which car do you have in mind?"},
    [PHRASE_TROUBLE] = {
        "I can't open the catalog right now. Please write again in a couple of minutes.",
        "The catalog is taking long. Could you write again in a moment?"},
    [PHRASE_TROUBLE_SHOWN] = {
        "I can't open the catalog right now. Meanwhile, shall I remind you of the price of one we saw?",
        "The catalog is taking long; I'll try again as soon as you write."},
    [PHRASE_DOLLARS] = {
        "Please note that our prices are in Mexican pesos.",
        "Everything here is in Mexican pesos, not in dollars."},

    [PHRASE_VAGUE] = {
        "Gladly. To start with, here are {n} of the {total} cars I have:",
        "Sure. Here are {n} options out of {total}, to get going:",
        "Of course! Out of {total} cars, {n} to begin with:"},
    [PHRASE_ASK_BUDGET] = {
        "What budget do you have in mind, more or less?",
        "Roughly what is your budget?",
        "How much would you like to spend at most?"},
    [PHRASE_LIST_SOME] = {"I have {total} {what}. The first {n}:", "There are {total} {what}. Here are the first {n}:",
        "I found {total} {what}. Here are {n}:"},
    [PHRASE_LIST_ALL] = {"I have {total} {what}:", "There are {total} {what}:", "I found {total} {what}:"},
    [PHRASE_LIST_ONE] = {
        "Of {what} I have just one:",
        "There is just one of {what}:",
        "I found just one of {what}:"},
    [PHRASE_LIST_PAGE] = {"Here are {from}–{to} of {total} {what}:", "These are {from}–{to} of {total} {what}:"},
    [PHRASE_LIST_PAGE_ONE] = {"Here is number {from} of {total} {what}:", "And the last one, {from} of {total} {what}:"},
    [PHRASE_PAGE_OF] = {"Page {page} of {pages}."},
    [PHRASE_MORE_OTHERS] = {
        "Write *more* to see the other {n}, or tell me which one you like and I'll tell you the monthly payment.",
        "*More* shows the other {n}. Which one catches your eye?",
        "There are {n} left to see: write *more*. Or do you like one already?"},
    [PHRASE_MORE_NEXT] = {
        "Write *more* to see the next {n}, or tell me which one you like and I'll tell you the monthly payment.",
        "*More* shows the next {n}. Which one catches your eye?",
        "There are more: write *more* for the next {n}. Or do you like one already?",
        "If none convinces you, write *more* for another {n}. Which one is winning?",
        "Another {n} with *more*. Shall we quote one of these?"},
    [PHRASE_MORE_ONE] = {
        "Write *more* to see the other one, or tell me which one you like and I'll tell you the monthly payment.",
        "There is one left to see: write *more*. Or do you like one already?"},
    [PHRASE_PAGE_LAST] = {"That's all of them.", "And that completes the list."},
    [PHRASE_ASK_WHICH] = {
        "Tell me which one you like and I'll tell you the monthly payment.",
        "Which one shall I quote for you?",
        "For which one shall I run the numbers?",
        "Do you like one of them?"},
    [PHRASE_ASK_ONE] = {
        "Shall I work out the monthly payment?",
        "Would you like to see it in instalments?"},
    [PHRASE_MORE_NONE] = {
        "You've seen them all: {total} in total. Shall we move the budget or look at another make?",
        "There are no more: the list ends with those {total}. Shall I look for something similar?",
        "That was the last page, {total} in total. Shall we change a filter?"},
    [PHRASE_BACK_NONE] = {
        "That is the first page already. Did you like any of those?",
        "There's nothing before it: it's the first page. Shall we go on with the next?"},
    [PHRASE_PAGE_NONE_SUCH] = {"The list has {pages} pages. Which one would you like to see?",
        "There are only {pages} pages. Shall I show you the last one?"},
    [PHRASE_MORE_OF_WHAT] = {
        "Gladly, more of what? Tell me a make, a type of car or a budget.",
        "We haven't seen a list yet. What car are you looking for?"},
    [PHRASE_SUPPOSE] = {"I take it you mean *{name}*. ", "I understand you mean *{name}*. "},
    [PHRASE_EMPTY] = {"I have no {what} right now.", "There are no {what} at the moment.", "I found no {what} for now."},
    [PHRASE_NEAREST] = {
        "The closest I have are {total} {what}:",
        "What comes nearest are {total} {what}:",
        "The most similar are {total} {what}:"},
    [PHRASE_ASK_OTHER] = {
        "Shall we try another make or another budget?",
        "What shall we change: make, year or price?"},
    [PHRASE_NOT_CARRIED] = {"We don't carry {name} right now.", "I have no {name} at the moment.", "There's no {name} in stock now."},
    [PHRASE_NEAR] = {"What I have most of: {near}.", "What I do have: {near}."},
    [PHRASE_ASK_SHOW] = {"Shall I show you those?", "Would you like to see them?"},
    [PHRASE_NO_SUCH_PLACE] = {
        "There are {n} on the list. Which one interests you?",
        "The list goes up to {n}. Which one shall we talk about?"},
    [PHRASE_STILL] = {"Yes, it is for sale today. I can't hold it from here, so somebody may buy it first.", "Yes, right now it is for sale; somebody may be quicker, though."},
    [PHRASE_SOLD] = {"The *{car}* has been sold.", "That one, the *{car}*, is sold already."},
    [PHRASE_SOLD_NONE] = {"I have none like it just now. Shall I show you something else?", "There is no other like it. What else would you like to see?"},
    [PHRASE_NO_SUCH_STOCK] = {
        "I can't find {stock}; it may have been sold. Shall I look for something similar?",
        "{stock} isn't in the catalog. Could you check the number or tell me which car it is?"},
    [PHRASE_MAKES] = {"I have {n} makes: {list}.", "There are {n} makes: {list}."},
    [PHRASE_MODELS] = {"Of *{make}* there are: {list}.", "*{make}*, what I have: {list}."},
    [PHRASE_AND_MORE] = {" and {n} more"},
    [PHRASE_ASK_MAKE] = {"Which one shall I show you?", "Of which one would you like to see options?"},
    [PHRASE_AND] = {" and "},
    [PHRASE_SINCE] = {" from {price}"},

    [PHRASE_CAR_LINE] = {"*{car}*, {price}"},
    [PHRASE_KM] = {"{km} km"},
    [PHRASE_STOCK] = {"Stock {stock}"},
    [PHRASE_WITH] = {"with {what}"},
    [PHRASE_WITHOUT] = {"no {what}"},
    [PHRASE_PHOTO] = {"Photo: {url}"},
    [PHRASE_NO_PHOTO] = {"I have no photos of this one here; an advisor can send you some.",
        "No photos were loaded for this one, but an advisor can get them for you."},
    [PHRASE_ASK_QUOTE] = {
        "Shall I work out the monthly payment?",
        "Would you like to see it in instalments?",
        "Shall I tell you what it would be a month?"},
    [PHRASE_COMPARE] = {"Side by side:", "Compared:"},
    [PHRASE_COSTS_LESS] = {"costs less"},
    [PHRASE_LESS_KM] = {"has fewer kilometres"},
    [PHRASE_NEWER] = {"is newer"},
    [PHRASE_POINTS] = {"Number {n} {list}."},
    [PHRASE_COMPARE_WHICH] = {"For which one shall I work out the payments?", "Which one convinces you more?"},

    [PHRASE_DOWN] = {"Down payment: {down}"},
    [PHRASE_DOWN_PERCENT] = {"Down payment ({percent}%): {down}"},
    [PHRASE_PRICE_LINE] = {"For a car of *{price}*:"},
    [PHRASE_NO_DOWN] = {"No down payment"},
    [PHRASE_WITHOUT_DOWN] = {"with no down payment"},
    [PHRASE_WITH_DOWN] = {"with {down} down"},
    [PHRASE_INSTALMENTS] = {"{months} monthly payments of {instalment} (yearly rate {rate}%)"},
    [PHRASE_INSTALMENT_LINE] = {"{months} months: {instalment} a month"},
    [PHRASE_RATE] = {"Yearly rate {rate}%."},
    [PHRASE_FINANCED] = {"Amount financed: {financed}, interest: {interest}"},
    [PHRASE_ASK_COMPARE] = {
        "Would you like to compare it with {a} or {b} months?",
        "Shall I show you {a} or {b} months as well?",
        "Shall we see how it looks over {a} or {b} months?"},
    [PHRASE_ASK_COMPARE_ONE] = {
        "Would you like to compare it with {a} months?",
        "Shall I show you {a} months as well?"},
    [PHRASE_ASK_DOWN] = {
        "How much could you put down?",
        "Another down payment, or does one of these terms suit you?",
        "What down payment would suit you?"},
    [PHRASE_ASK_ANOTHER] = {
        "Which term suits you best?",
        "With which term is the payment comfortable for you?"},
    [PHRASE_QUOTE_WHICH] = {
        "Sure. For which one on the list shall I run the numbers? Just the number will do.",
        "Gladly. Which one on the list: 1, 2…?"},
    [PHRASE_QUOTE_WHAT] = {
        "I'll gladly run the numbers. For which car?",
        "Sure, which car shall we quote? Tell me make and model."},
    [PHRASE_BAD_MONTHS] = {
        "Terms go from {min} to {max} months. Shall I work it out over {near}?",
        "We don't have that term: it's {min} to {max} months. Shall we look at {near}?"},
    [PHRASE_BAD_NEGATIVE] = {
        "The down payment and the term can't be negative. With what down payment and over how many months shall I work it out?",
        "Negative numbers don't work out. How much would you put down?"},
    [PHRASE_BAD_DOWN_HIGH] = {
        "That down payment already covers the price of {price}: it would be cash, with no instalments. Shall I use a smaller one?",
        "The car is {price} and that down payment covers all of it. Which smaller one would suit you?"},
    [PHRASE_BAD_DOWN_LOW] = {
        "The smallest down payment is {percent}%, here {down}. Shall I work it out with that?",
        "It takes at least {percent}% down: {down}. Shall I run the numbers like that?"},
    [PHRASE_QUOTE_FAILED] = {
        "I couldn't work it out with that. Could you tell me the car, the down payment and the term?",
        "Something did not add up. Which car would it be, and over how many months?"},
    [PHRASE_MONTHLY] = {"With {monthly} a month, this plan fits:", "This is the plan that stays within {monthly} a month:"},
    [PHRASE_MONTHLY_NONE] = {"None of these terms goes below {monthly} a month; a larger down payment brings it closer."},
    [PHRASE_MONTHLY_REACH] = {
        "{monthly} a month over {months} months, {down}, reaches cars of up to {price}.",
        "Over {months} months and {down}, {monthly} a month is enough for a car of up to {price}."},
    [PHRASE_SIZE] = {"Length, width and height: {size} mm"},

    [PHRASE_KNOW_MORE] = {
        "Any other question, or shall we look at cars?",
        "Can I help you with anything else?",
        "What else would you like to know?",
        "Do you have another question?",
        "Shall we look at a car?"},
    [PHRASE_KNOW_NONE] = {
        "I'd rather have an advisor confirm that. Shall I let one know?",
        "I don't have that at hand; an advisor can confirm it. Shall I tell one?"},

    [PHRASE_SEATS] = {
        "The number of seats isn't in my list; for {n} people it is usually a minivan or a large SUV, and an advisor can confirm each one.",
        "The catalog doesn't say how many seats they have. For {n} it is most likely a minivan or a large SUV; an advisor can confirm."},
    [PHRASE_SEATS_CAR] = {
        "The number of seats isn't in its entry; an advisor can confirm it.",
        "Its entry doesn't tell the seats, but an advisor can."},
    [PHRASE_ECONOMY] = {
        "Fuel consumption isn't in my list, but hybrids usually take less.",
        "The catalog doesn't tell the consumption; a hybrid usually takes less."},
    [PHRASE_ECONOMY_ASK] = {
        "Fuel consumption isn't in its entry. Shall I ask an advisor?",
        "Its entry says nothing about consumption. Shall I have an advisor find out?"},
    [PHRASE_ECONOMY_CAR] = {
        "Fuel consumption isn't in its entry; an advisor can confirm it.",
        "Its entry doesn't tell the consumption, but an advisor can find out."},
    [PHRASE_DETAIL_WHICH] = {
        "Which one of these? Its number will do.",
        "Sure, which one: 1, 2…?"},
    [PHRASE_EQUIPMENT] = {
        "I have no details about *{what}*; an advisor can confirm it.",
        "About *{what}* I have nothing at hand, but an advisor can find out."},
    [PHRASE_EQUIPMENT_ASK] = {
        "I have no details about *{what}*. Shall I have an advisor find out?",
        "About *{what}* I have nothing at hand. Shall I ask an advisor?"},
    [PHRASE_SURVEY_ASK] = {
        "One last thing: from 0 to 10, how likely are you to recommend {shop} to a friend or relative?",
        "Your opinion helps us a lot: from 0 to 10, how likely are you to recommend {shop} to family or friends?"},
    [PHRASE_SURVEY_AGAIN] = {
        "Thank you! And as a single number, from 0 to 10?",
        "Thanks a lot. Which number would you give, from 0 to 10?"},
    [PHRASE_SURVEY_HIGH] = {
        "That's great to hear, thank you! What did you like most?",
        "Thank you so much! What was it that you liked most?"},
    [PHRASE_SURVEY_MID] = {
        "Thank you! What would have made it a 10?",
        "Thanks a lot. What could we do better?"},
    [PHRASE_SURVEY_LOW] = {
        "Thank you for being frank, and I'm sorry it wasn't better. What went wrong?",
        "I'm sorry to hear that, and thanks for telling me. What didn't you like?"},
    [PHRASE_SURVEY_NOTED] = {
        "Thank you for your answer!",
        "Noted, thanks a lot!"},
    [PHRASE_SURVEY_THANKS] = {
        "Thank you for telling me, I've noted it for the team.",
        "Noted for the team. Thanks for taking the time!"},
    [PHRASE_SURVEY_REFUSED] = {
        "No problem, thank you! I'm here for whatever you need.",
        "That's fine, thanks anyway. Just write if anything comes up."},

    [PHRASE_NOUN_CAR] = {"cars"},
    [PHRASE_NOUN_SUV] = {"SUVs"},
    [PHRASE_NOUN_SEDAN] = {"sedans"},
    [PHRASE_NOUN_HATCHBACK] = {"hatchbacks"},
    [PHRASE_NOUN_PICKUP] = {"pickups"},
    [PHRASE_NOUN_COUPE] = {"coupés"},
    [PHRASE_NOUN_CONVERTIBLE] = {"convertibles"},
    [PHRASE_NOUN_MINIVAN] = {"minivans"},
    [PHRASE_NOUN_OTHER] = {"{name}"},
    [PHRASE_OF_AUTOMATIC] = {"automatic "},
    [PHRASE_OF_MANUAL] = {"manual "},
    [PHRASE_OF_HYBRID] = {"hybrid "},
    [PHRASE_OF_ELECTRIC] = {"electric "},
    [PHRASE_OF_DIESEL] = {"diesel "},
    [PHRASE_OF_PETROL] = {"gasoline "},
    [PHRASE_OF_COLOUR] = {" in {colour}"},
    [PHRASE_OF_BLUETOOTH] = {" with Bluetooth"},
    [PHRASE_OF_CAR_PLAY] = {" with CarPlay"},
    [PHRASE_OF_NO_BLUETOOTH] = {" without Bluetooth"},
    [PHRASE_OF_NO_CAR_PLAY] = {" without CarPlay"},
    [PHRASE_OF_BOTH] = {" with Bluetooth and CarPlay"},
    [PHRASE_OF_NOT] = {" other than {list}"},
    [PHRASE_STANDING_IN] = {"those in {city}"},
    [PHRASE_COLOURED] = {"{colour} ones"},
    [PHRASE_NOR] = {" or "},
    [PHRASE_OF_LONG] = {"large "},
    [PHRASE_OF_YEAR] = {" {a}"},
    [PHRASE_OF_YEAR_FROM] = {" from {a} on"},
    [PHRASE_OF_YEAR_TO] = {" up to {a}"},
    [PHRASE_OF_YEARS] = {" from {a} to {b}"},
    [PHRASE_OF_PRICE_TO] = {" up to {b}"},
    [PHRASE_OF_PRICE_FROM] = {" from {a} up"},
    [PHRASE_OF_PRICES] = {" between {a} and {b}"},
    [PHRASE_OF_KM_TO] = {" with at most {b} km"},
    [PHRASE_OF_KM_FROM] = {" with more than {a} km"},
    [PHRASE_OF_CITY] = {" in {city}"},
    [PHRASE_BY_PRICE] = {", cheapest first"},
    [PHRASE_BY_PRICE_DOWN] = {", most expensive first"},
    [PHRASE_BY_YEAR] = {", oldest first"},
    [PHRASE_BY_YEAR_DOWN] = {", newest first"},
    [PHRASE_BY_KM] = {", fewest kilometres first"},
    [PHRASE_BY_KM_DOWN] = {", most kilometres first"},

    [PHRASE_IS_SEDAN] = {"sedan"}, [PHRASE_IS_AUTOMATIC] = {"automatic"}, [PHRASE_IS_MANUAL] = {"manual"},
    [PHRASE_IS_HYBRID] = {"hybrid"}, [PHRASE_IS_ELECTRIC] = {"electric"},
    [PHRASE_IS_DIESEL] = {"diesel"}, [PHRASE_IS_PETROL] = {"gasoline"},
    [PHRASE_IS_BEIGE] = {"beige"}, [PHRASE_IS_RED] = {"red"}, [PHRASE_IS_BLUE] = {"blue"}, [PHRASE_IS_WHITE] = {"white"},
    [PHRASE_IS_BLACK] = {"black"}, [PHRASE_IS_GREY] = {"grey"}, [PHRASE_IS_SILVER] = {"silver"},
    [PHRASE_IS_GREEN] = {"green"}, [PHRASE_IS_YELLOW] = {"yellow"}, [PHRASE_IS_ORANGE] = {"orange"},
    [PHRASE_IS_BROWN] = {"brown"}, [PHRASE_IS_GOLD] = {"gold"}, [PHRASE_IS_WINE] = {"wine red"},
};
/* clang-format on */
