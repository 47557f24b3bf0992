/* What the console says, in Spanish and English, and how it writes times and numbers. */
const words = {
  es: {
    people: "Personas", funnel: "De la plática al interesado", step_talk: "Platicaron", step_list: "Vieron una lista", step_quote: "Cotizaron", step_lead: "Interesados", failures: "Fallas por tipo", asTable: "En tabla", sought: "Lo más buscado", missed: "Buscado y no encontrado", chartHours: "Respuestas por hora del día", chartCost: "Costo del modelo", cost: "Costo del modelo", perTurn: (x) => `${x} por respuesta`, others: "Otros", clearFilter: "Quitar filtro", openIt: "Abrir la conversación de", longer: (d) => `tardó más de ${d}`, did: { talk: "todas", list: "vieron una lista", quote: "cotizaron", lead: "interesados", model: "con modelo", repair: "corregidas" }, costHead: "Costo", outcomes: { answered: "contestada", unanswered: "sin contestar", failed: "fallida", lost: "perdida", budget: "presupuesto agotado", deadline: "sin tiempo", refused: "el modelo se negó", bad: "respuesta inservible", unbacked: "afirmación sin respaldo", breaker: "modelo en pausa", turn_tokens: "demasiados tokens", no_key: "sin modelo", reset: "olvidada", opt_out: "baja" }, scoredFilter: "Encuestados",
   
    leads: "Interesados", leadsOpen: "Abiertos", stage: "Etapa", stage_new: "Nuevo", stage_contacted: "Contactado", stage_visit: "Visita", stage_won: "Ganado", stage_lost: "Perdido", stageOf: (n) => `Etapa de ${n}`,
    interest_visit: "Quiere venir", interest_test_drive: "Prueba de manejo", interest_reserve: "Apartar", interest_buy: "Comprar", interest_contact: "Que lo contacten",
    leadCar: "Auto", leadQuote: "Cotización", leadContact: "Contacto", leadSaid: "Dijo", leadMonths: (n, m) => `${n} × ${m}`, leadDown: (m) => `${m} de enganche`, leadNote: "Nota", leadNotes: (n) => (n === 1 ? "1 nota" : `${n} notas`),
    leadSearch: "Buscar por nombre, número o auto", leadTable: "Tabla (CSV)", leadsNone: "No hay interesados abiertos.", leadsNoneFound: "No hay interesados así.", hotFilter: "Interesados", hot: "Interesado",
    signIn: "Entrar", signInTitle: "Consola", name: "Usuario", password: "Contraseña", signOut: "Salir",
    wrongPassword: "El usuario o la contraseña no es correcto.", locked: (s) => `Demasiados intentos. Vuelve a probar en ${Math.ceil(s / 60)} min.`,
    over: "Tu sesión terminó. Entra de nuevo.", failed: "No se pudo. Inténtalo de nuevo.", offline: "No hay conexión.",
    notAllowed: "Tu rol no permite esto.", skip: "Ir al contenido", menu: "Principal",
    conversations: "Conversaciones", numbers: "Números", health: "Estado", users: "Usuarios", account: "Cuenta", language: "English",
    search: "Buscar por número o usuario", all: "Todas", failedFilter: "Sin entregar", unhappyFilter: "Descontentos", live: "En vivo", notLive: "Sin conexión",
    none: "Todavía no hay conversaciones.", noneFound: "No hay conversaciones así.", pick: "Elige una conversación.", more: "Ver más", back: "Volver",
    writing: "Escribiendo", waiting: (n) => `${n} en espera`, undelivered: "Por entregar", deliveryFailed: "No entregado", score: (n) => `NPS ${n}`, optedOut: "No quiere mensajes",
    customer: "Cliente", bot: "Vendedor", roles: { user: "Cliente", assistant: "Vendedor", person: "Persona", note: "Nota para el vendedor" },
    personFilter: "Piden persona", hasIt: (n) => `Lo atiende ${n}`, wantsOne: "Pide una persona", stepIn: "Atender en persona",
    botHasIt: "Contesta el vendedor automático.", youHaveIt: "La atiendes tú: el vendedor automático está callado.", otherHasIt: (n, t) => `La atiende ${n} desde ${t}.`,
    wantsPerson: (why, t) => `${why} (${t}).`, whys: { asked: "Pidió una persona", failed: "El vendedor no pudo ayudarle", anger: "Está molesto" },
    take: "Tomar la conversación", takeAnyway: "Quitársela", takeAnywayTitle: (n) => `¿Quitarle la conversación a ${n}?`, takeAnywayText: "Esa persona ya no podrá escribir en ella.",
    give: "Devolver al vendedor", giveTitle: "¿Devolver la conversación?", giveText: "El vendedor automático contesta otra vez. Lee la nota; el cliente no la ve.", note: "Nota para el vendedor",
    writeAsShop: "Escribe como la tienda", send: "Enviar", sentOne: "Mensaje enviado.", windowClosed: "Pasaron 24 horas desde su último mensaje: sale cuando el cliente escriba.",
    conflict: "No se pudo: la conversación cambió de manos o el cliente no quiere mensajes.", unsent: "no se envió",
    ticks: { waiting: ["…", "por enviar"], parked: ["…", "espera a que escriba"], queued: ["…", "por enviar"], accepted: ["…", "por enviar"], sending: ["…", "por enviar"], sent: ["✓", "enviado"], delivered: ["✓✓", "entregado"], read: ["✓✓", "leído"], dropped: ["✗", "no se envió"] }, toolsUsed: (n) => (n === 1 ? "1 consulta" : `${n} consultas`), asked: "Pidió", got: "Obtuvo",
    tokens: (n) => `${n} tokens`,
    reset: "Olvidar", exportOne: "Exportar", erase: "Borrar", cancel: "Cancelar",
    resetTitle: "¿Olvidar esta conversación?", resetText: "El vendedor ya no recordará lo que se habló. No se puede deshacer.",
    eraseTitle: "¿Borrar a esta persona?", eraseText: "Se borra todo lo guardado de ella. No se puede deshacer.",
    gone: "Ya no hay nada guardado de esta conversación.", done: "Listo.",
    day: "Hoy", week: "7 días", month: "30 días", range: "Periodo", turns: "Respuestas", failedTurns: "Fallidas", half: "La mitad en menos de", most: "95 % en menos de",
    calls: "Llamadas al modelo", tokensIn: "Tokens de entrada", cached: (p) => `${p} % en caché`, tokensOut: "Tokens de salida", budget: "Tokens hoy", ofBudget: (n) => `de ${n}`, noBudget: "sin límite",
    nps: "NPS", answered: "Encuestas contestadas", ofAsked: (n) => `de ${n} preguntas`, unhappy: "Descontentos (0 a 6)", repairs: "Correcciones al modelo",
    chartTurns: "Respuestas en el tiempo", chartTimes: "Tiempo de respuesta", chartNps: "Encuesta por día", lastTurns: "Últimas respuestas",
    when: "Cuándo", who: "Quién", outcome: "Resultado", model: "Modelo", took: "Tardó", comments: "Lo que dijeron", noComments: "Nadie ha escrito un comentario.", noData: "Sin datos en este periodo.",
    processes: "Procesos", process: "Proceso", version: "Versión", state: "Estado", ready: "Listo", lacks: "Le falta", running: "En curso", credit: "Libre", allReady: "Todo funciona.", missing: (x) => `Falta: ${x}`,
    queues: "Colas", queued: "Esperan un agente", runningTurns: "Respuestas en curso", freeCredit: "Lugares libres", httpWaiting: "Peticiones en espera", hashing: "Contraseñas en proceso", cars: "Autos en el catálogo",
    lastFailures: "Últimas advertencias y errores", whatFailed: "Qué pasó", away: "No responde", alerts: "Avisos", testAlert: "Mandar un aviso de prueba", alertSent: "Salió un aviso de prueba: debe llegar en segundos a donde llegan los demás.",
    errors: "Fallas desde el arranque", noErrors: "Ninguna.", times: "Veces",
    role: "Rol", owner: "Dueño", seller: "Vendedor", viewer: "Lector", added: "Agregado", lastSeen: "Última entrada", never: "Nunca", add: "Agregar", addUser: "Agregar usuario", remove: "Quitar", newPassword: "Contraseña nueva",
    removeTitle: (n) => `¿Quitar a ${n}?`, removeText: "Ya no podrá entrar y sus sesiones terminan.", passwordFor: (n) => `Contraseña nueva para ${n}`, save: "Guardar", oldPassword: "Contraseña actual", changePassword: "Cambiar contraseña", passwordHint: "Al menos 10 caracteres.", changed: "Contraseña cambiada. Tus otras sesiones terminaron.", roleOf: (n) => `Rol de ${n}`, you: "tú", shown: "Cómo lo ven los clientes", shownOf: (n) => `Cómo ven los clientes a ${n}`, somebody: "Una persona del equipo",
    catalog: "Catálogo",
    catalogWords: {
      columns: { stock_id: "Número", make: "Marca", model: "Modelo", year: "Año", version: "Versión", price: "Precio", km: "Kilómetros", colour: "Color", body: "Carrocería", fuel: "Combustible", transmission: "Transmisión", city: "Ciudad", length: "Largo (mm)", width: "Ancho (mm)", height: "Altura (mm)", photo_url: "Foto (dirección)", record: "Línea", header: "Encabezado" },
      addCar: "Agregar auto", sellTitle: (car) => `¿Se vendió ${car}?`, sellText: "El vendedor deja de ofrecerlo de inmediato y dice que ya se vendió.", markSold: "Vendido", edit: "Cambiar",
      wrongLines: "Líneas con errores", line: "Línea", column: "Columna", why: "Motivo", csvFile: "Archivo CSV", lookAt: "Revisar", taken: (n) => `Listo: el archivo tiene ${n} autos.`, changes: "Cambia", goes: "Sale", comes: "Entra",
      preview: (x) => `${x.added} entran, ${x.changed} cambian, ${x.removed} salen.`, kept: (n) => `En ${n} autos se conserva lo que se cambió aquí.`, differences: "Diferencias", what: "Qué", car: "Auto", difference: "Diferencia", takeFile: "Aplicar",
      badFile: (n) => `El archivo tiene ${n} errores. No se cambió nada.`, uploadTitle: "Subir archivo", undo: "Deshacer", kinds: { add: "Agregado", edit: "Cambiado", sell: "Vendido", undo: "Deshecho", import: "Archivo" }, undoTitle: "¿Deshacer este cambio?",
      q: "Buscar auto", elsewhere: "Los autos se guardan en una base de datos PostgreSQL (CATALOG_SOURCE): se agregan, cambian y venden ahí, y aquí se ven en segundos.", moreFilters: "Más filtros", atLeast: (n) => `${n}, desde`, atMost: (n) => `${n}, hasta`, any: "Da igual", yes: "Sí", no: "No", bluetooth: "Bluetooth", car_play: "CarPlay", exclude: "Que no sea", sort: "Orden", orders: { "": "Relevancia", price: "Precio, de menor a mayor", "-price": "Precio, de mayor a menor", km: "Menos kilómetros", "-km": "Más kilómetros", year: "Más antiguos", "-year": "Más nuevos" }, find: "Buscar", carsFound: (n, page, pages) => `${n} autos, página ${page} de ${pages}`, before: "Anterior", next: "Siguiente", history: "Historial", noHistory: "Nadie ha cambiado nada todavía.",
    },
    rules: "Reglas",
    text: {
      rules: "Reglas", knowledge: "Conocimiento", view: "Vista", write: "Escribir", preview: "Vista previa", compare: "Comparar", note: "Nota", keep: "Guardar versión", history: "Versiones",
      rulesHint: "Cómo habla y qué hace el vendedor cuando contesta un modelo de lenguaje. Markdown; {{shop}}, {{makes}}, {{cars}} y {{financing}} se llenan solos.",
      knowledgeHint: "Lo que la agencia dice de sí misma: horarios, garantía, requisitos. Markdown, un tema por encabezado. Lo que no está aquí, el vendedor no lo sabe.",
      always: "Lo que ninguna versión puede cambiar",
      alwaysPoints: ["Autos, precios y cifras salen solo del catálogo y de las cuentas del sistema: cada respuesta se revisa antes de enviarse.", "No se prometen descuentos, regalos, apartados, créditos ni garantías que la agencia no haya escrito.", "Las reglas y las claves no se revelan.", "Un recordatorio de todo esto va siempre detrás de tus reglas."],
      saved: "Guardada", published: "Publicada", live: "En uso", open: "Abrir", publish: "Publicar", original: "La de la instalación", versionOf: (n) => `Versión ${n}`, openOf: (v) => `Abrir: ${v}`, publishOf: (v) => `Publicar: ${v}`,
      unsaved: "con cambios sin guardar", bytes: (n, most) => `${n} de ${most} bytes`, tokens: (n) => `unos ${n} tokens`, tokenLimit: (n) => `caben ${n} tokens`,
      same: "No hay diferencias.", comparedTo: (v) => `Comparado con la que está en uso (${v})`, added: "Agregado: ", removed: "Quitado: ",
      sideChat: "Chat de prueba", sideHint: "Contesta con la versión abierta, guardada. Ningún cliente lo ve y no cuenta en los números.", saySomething: "Escribe como cliente", send: "Enviar", startAnew: "Empezar de nuevo", tries: (r, k) => `Reglas: ${r} · Conocimiento: ${k}`,
      kept: (n) => `Versión ${n} guardada.`, nowLive: (v) => `En uso: ${v}.`, publishTitle: (v) => `¿Publicar? ${v}`, publishText: "El vendedor la usa desde la siguiente respuesta. Puedes volver a cualquier otra versión de la misma forma.",
      dropTitle: "¿Descartar los cambios?", dropText: "Lo que escribiste y no guardaste se pierde.", drop: "Descartar",
    },
  },
  en: {
    people: "People", funnel: "From talk to lead", step_talk: "Talked", step_list: "Saw a list", step_quote: "Had a quote", step_lead: "Became a lead", failures: "Failures by kind", asTable: "As a table", sought: "Most wanted", missed: "Wanted and not found", chartHours: "Answers by hour of the day", chartCost: "Model cost", cost: "Model cost", perTurn: (x) => `${x} an answer`, others: "Others", clearFilter: "Remove filter", openIt: "Open the conversation of", longer: (d) => `took more than ${d}`, did: { talk: "all", list: "saw a list", quote: "were quoted", lead: "leads", model: "with a model", repair: "corrected" }, costHead: "Cost", outcomes: { answered: "answered", unanswered: "not answered", failed: "failed", lost: "lost", budget: "budget used up", deadline: "out of time", refused: "the model refused", bad: "unusable answer", unbacked: "unbacked claim", breaker: "model paused", turn_tokens: "too many tokens", no_key: "no model", reset: "forgotten", opt_out: "opted out" }, scoredFilter: "Surveyed",
   
    leads: "Leads", leadsOpen: "Open", stage: "Stage", stage_new: "New", stage_contacted: "Contacted", stage_visit: "Visit", stage_won: "Won", stage_lost: "Lost", stageOf: (n) => `Stage of ${n}`,
    interest_visit: "Wants to come", interest_test_drive: "Test drive", interest_reserve: "Reserve", interest_buy: "Buy", interest_contact: "To be contacted",
    leadCar: "Car", leadQuote: "Quote", leadContact: "Contact", leadSaid: "Said", leadMonths: (n, m) => `${n} × ${m}`, leadDown: (m) => `${m} down`, leadNote: "Note", leadNotes: (n) => (n === 1 ? "1 note" : `${n} notes`),
    leadSearch: "Search by name, number or car", leadTable: "Table (CSV)", leadsNone: "There are no open leads.", leadsNoneFound: "There are no such leads.", hotFilter: "Hot leads", hot: "Lead",
    signIn: "Sign in", signInTitle: "Console", name: "User", password: "Password", signOut: "Sign out",
    wrongPassword: "User or password is wrong.", locked: (s) => `Too many attempts. Try again in ${Math.ceil(s / 60)} min.`,
    over: "Your session is over. Sign in again.", failed: "That did not work. Try again.", offline: "There is no connection.",
    notAllowed: "Your role does not allow this.", skip: "Skip to content", menu: "Main",
    conversations: "Conversations", numbers: "Numbers", health: "Health", users: "Users", account: "Account", language: "Español",
    search: "Search by number or user", all: "All", failedFilter: "Not delivered", unhappyFilter: "Unhappy", live: "Live", notLive: "No connection",
    none: "There are no conversations yet.", noneFound: "There are no such conversations.", pick: "Choose a conversation.", more: "Show more", back: "Back",
    writing: "Writing", waiting: (n) => `${n} waiting`, undelivered: "To be delivered", deliveryFailed: "Not delivered", score: (n) => `NPS ${n}`, optedOut: "Wants no messages",
    customer: "Customer", bot: "Seller", roles: { user: "Customer", assistant: "Seller", person: "Person", note: "Note to the seller" },
    personFilter: "Want a person", hasIt: (n) => `${n} has it`, wantsOne: "Wants a person", stepIn: "Step in",
    botHasIt: "The automatic seller answers.", youHaveIt: "You have it: the automatic seller is silent.", otherHasIt: (n, t) => `${n} has it since ${t}.`,
    wantsPerson: (why, t) => `${why} (${t}).`, whys: { asked: "Asked for a person", failed: "The seller could not help", anger: "Is upset" },
    take: "Take over", takeAnyway: "Take it from them", takeAnywayTitle: (n) => `Take the conversation from ${n}?`, takeAnywayText: "They can write in it no more.",
    give: "Give back", giveTitle: "Give the conversation back?", giveText: "The automatic seller answers again. It reads the note; the customer does not.", note: "Note to the seller",
    writeAsShop: "Write as the shop", send: "Send", sentOne: "Message sent.", windowClosed: "24 hours have passed since their last message: it goes out when the customer writes.",
    conflict: "That did not work: somebody else has the conversation now, or the customer wants no messages.", unsent: "not sent",
    ticks: { waiting: ["…", "to be sent"], parked: ["…", "waits until they write"], queued: ["…", "to be sent"], accepted: ["…", "to be sent"], sending: ["…", "to be sent"], sent: ["✓", "sent"], delivered: ["✓✓", "delivered"], read: ["✓✓", "read"], dropped: ["✗", "not sent"] }, toolsUsed: (n) => (n === 1 ? "1 lookup" : `${n} lookups`), asked: "Asked", got: "Got",
    tokens: (n) => `${n} tokens`,
    reset: "Forget", exportOne: "Export", erase: "Erase", cancel: "Cancel",
    resetTitle: "Forget this conversation?", resetText: "The seller will not remember what was said. This cannot be undone.",
    eraseTitle: "Erase this person?", eraseText: "Everything that is stored of them is erased. This cannot be undone.",
    gone: "Nothing is stored of this conversation any more.", done: "Done.",
    day: "Today", week: "7 days", month: "30 days", range: "Period", turns: "Answers", failedTurns: "Failed", half: "Half took less than", most: "95% took less than",
    calls: "Model calls", tokensIn: "Tokens in", cached: (p) => `${p}% cached`, tokensOut: "Tokens out", budget: "Tokens today", ofBudget: (n) => `of ${n}`, noBudget: "no limit",
    nps: "NPS", answered: "Surveys answered", ofAsked: (n) => `of ${n} asked`, unhappy: "Unhappy (0 to 6)", repairs: "Model corrected",
    chartTurns: "Answers over time", chartTimes: "Time to answer", chartNps: "Survey by day", lastTurns: "Latest answers",
    when: "When", who: "Who", outcome: "Outcome", model: "Model", took: "Took", comments: "What they said", noComments: "Nobody has written a comment.", noData: "No data in this period.",
    processes: "Processes", process: "Process", version: "Version", state: "State", ready: "Ready", lacks: "Lacks", running: "Running", credit: "Free", allReady: "Everything works.", missing: (x) => `Missing: ${x}`,
    queues: "Queues", queued: "Waiting for an agent", runningTurns: "Answers under way", freeCredit: "Free places", httpWaiting: "Requests waiting", hashing: "Passwords being checked", cars: "Cars in the catalog",
    lastFailures: "Last warnings and errors", whatFailed: "What happened", away: "No answer", alerts: "Alerts", testAlert: "Send a test alert", alertSent: "A test alert is on its way: it should arrive within seconds where the others do.",
    errors: "Failures since the start", noErrors: "None.", times: "Times",
    role: "Role", owner: "Owner", seller: "Seller", viewer: "Viewer", added: "Added", lastSeen: "Last sign-in", never: "Never", add: "Add", addUser: "Add a user", remove: "Remove", newPassword: "New password",
    removeTitle: (n) => `Remove ${n}?`, removeText: "They can sign in no more and their sessions end.", passwordFor: (n) => `New password for ${n}`, save: "Save", oldPassword: "Current password", changePassword: "Change password", passwordHint: "At least 10 characters.", changed: "Password changed. Your other sessions have ended.", roleOf: (n) => `Role of ${n}`, you: "you", shown: "Shown to customers as", shownOf: (n) => `How customers see ${n}`, somebody: "Someone from our team",
    catalog: "Catalog",
    catalogWords: {
      columns: { stock_id: "Number", make: "Make", model: "Model", year: "Year", version: "Version", price: "Price", km: "Kilometres", colour: "Colour", body: "Body", fuel: "Fuel", transmission: "Transmission", city: "City", length: "Length (mm)", width: "Width (mm)", height: "Height (mm)", photo_url: "Photo (address)", record: "Line", header: "Header" },
      addCar: "Add a car", sellTitle: (car) => `Has ${car} been sold?`, sellText: "The seller stops offering it at once and says that it has been sold.", markSold: "Sold", edit: "Change",
      wrongLines: "Lines with mistakes", line: "Line", column: "Column", why: "Reason", csvFile: "CSV file", lookAt: "Check", taken: (n) => `Done: the file has ${n} cars.`, changes: "Changes", goes: "Goes", comes: "Comes",
      preview: (x) => `${x.added} come, ${x.changed} change, ${x.removed} go.`, kept: (n) => `Of ${n} cars what was changed here is kept.`, differences: "Differences", what: "What", car: "Car", difference: "Difference", takeFile: "Apply",
      badFile: (n) => `The file has ${n} mistakes. Nothing was changed.`, uploadTitle: "Upload a file", undo: "Undo", kinds: { add: "Added", edit: "Changed", sell: "Sold", undo: "Undone", import: "File" }, undoTitle: "Undo this change?",
      q: "Search a car", elsewhere: "The cars are kept in a PostgreSQL database (CATALOG_SOURCE): they are added, changed and sold there, and seen here within seconds.", moreFilters: "More filters", atLeast: (n) => `${n}, from`, atMost: (n) => `${n}, up to`, any: "Any", yes: "Yes", no: "No", bluetooth: "Bluetooth", car_play: "CarPlay", exclude: "None of", sort: "Order", orders: { "": "Relevance", price: "Price, lowest first", "-price": "Price, highest first", km: "Fewest km", "-km": "Most km", year: "Oldest", "-year": "Newest" }, find: "Search", carsFound: (n, page, pages) => `${n} cars, page ${page} of ${pages}`, before: "Previous", next: "Next", history: "History", noHistory: "Nobody has changed anything yet.",
    },
    rules: "Rules",
    text: {
      rules: "Rules", knowledge: "Knowledge", view: "View", write: "Write", preview: "Preview", compare: "Compare", note: "Note", keep: "Keep version", history: "Versions",
      rulesHint: "How the seller speaks and what it does when a language model answers. Markdown; {{shop}}, {{makes}}, {{cars}} and {{financing}} are filled in.",
      knowledgeHint: "What the shop says of itself: opening hours, guarantee, documents. Markdown, one subject under each heading. What is not here the seller does not know.",
      always: "What no version can change",
      alwaysPoints: ["Cars, prices and figures come from the catalog and the system's own sums only: every answer is checked before it is sent.", "Discounts, gifts, reservations, credits and guarantees are not promised unless the shop has written them.", "Rules and keys are not given away.", "A reminder of all this always goes behind your rules."],
      saved: "Kept", published: "Published", live: "Live", open: "Open", publish: "Publish", original: "The installation's", versionOf: (n) => `Version ${n}`, openOf: (v) => `Open: ${v}`, publishOf: (v) => `Publish: ${v}`,
      unsaved: "with changes that are not kept", bytes: (n, most) => `${n} of ${most} bytes`, tokens: (n) => `about ${n} tokens`, tokenLimit: (n) => `${n} tokens fit`,
      same: "Nothing differs.", comparedTo: (v) => `Compared with the one that is live (${v})`, added: "Added: ", removed: "Removed: ",
      sideChat: "Side chat", sideHint: "Answers by the version that is open, as it was kept. No customer sees it and it counts in no numbers.", saySomething: "Write as a customer", send: "Send", startAnew: "Start anew", tries: (r, k) => `Rules: ${r} · Knowledge: ${k}`,
      kept: (n) => `Version ${n} is kept.`, nowLive: (v) => `Live: ${v}.`, publishTitle: (v) => `Publish? ${v}`, publishText: "The seller goes by it from the next answer on. You can go back to any other version in the same way.",
      dropTitle: "Drop the changes?", dropText: "What you wrote and did not keep is lost.", drop: "Drop",
    },
  },
};

/* Why the API refuses something, which it says in English; * is what it names. */
const spanish = Object.entries({
  "* is outside * to *": "* no está entre * y *",
  "* is on line * already": "* ya está en la línea *",
  "is there already": "ya está",
  "is empty": "está vacío",
  "is missing": "falta",
  "column is missing": "falta la columna",
  "unknown column": "columna desconocida",
  "second column for *": "otra columna para *",
  "is not UTF-8": "no es UTF-8",
  "not UTF-8: save the file as UTF-8": "no es UTF-8: guarda el archivo como UTF-8",
  "\"*\" is not a plain number such as *": "«*» no es un número como *",
  "\"*\" is neither Sí nor No": "«*» no es Sí ni No",
  "\"*\" has a control character": "«*» tiene un carácter de control",
  "\"*\" is not an http or https address": "«*» no es una dirección http o https",
  "\"*\" has neither letter nor digit": "«*» no tiene letras ni números",
  "longer than * bytes": "tiene más de * bytes",
  "field is longer than * bytes": "el campo tiene más de * bytes",
  "record is longer than * bytes": "la línea tiene más de * bytes",
  "expected * fields, found *": "debe tener * campos y tiene *",
  "fields are separated by ';', expected ','": "los campos van separados por comas, no por ';'",
  "stray carriage return": "retorno de carro suelto",
  "byte 0 in the text": "el texto tiene un byte 0",
  "more than * fields": "más de * campos",
  "quote inside a field that does not begin with one": "comillas dentro de un campo que no empieza con ellas",
  "text behind a closing quote": "texto después de las comillas",
  "quote is never closed": "las comillas nunca se cierran",
  "there are no cars in the file": "el archivo no tiene autos",
  "more than * makes": "más de * marcas",
  "more than * models of one make, or * in all": "más de * modelos de una marca, o * en total",
  "more than * different values": "más de * valores distintos",
  "more different values than a catalog can have": "más valores distintos de los que caben en un catálogo",
  "this car has been sold": "este auto ya se vendió",
  "somebody has changed this car meanwhile: look at it again": "alguien cambió este auto mientras tanto: ábrelo de nuevo",
  "there is a car with this stock id": "ya hay un auto con este número",
  "there is a car with this stock id, which has been sold": "ya hubo un auto con este número y se vendió",
  "a car keeps its stock id": "el número de un auto no cambia",
  "nothing of the car would be different": "no cambiaste nada",
  "there is nothing to change": "no cambiaste nada",
  "the same has been changed since: undo the newest change first": "lo mismo se cambió después: deshaz primero el cambio más nuevo",
  "the catalog has changed since the file was looked at: look again": "el catálogo cambió desde que revisaste el archivo: revísalo otra vez",
  "another file was imported since": "después se subió otro archivo",
  "the catalog of before is not kept any more": "el catálogo de antes ya no se conserva",
  "a body may have * bytes": "el archivo puede tener hasta * bytes",
  "the body is empty": "el archivo está vacío",
  "a value is no text, number, true, false or null, or is longer than * bytes": "un valor tiene más de * bytes",
  "a name has 1 to 32 of *, a letter or digit first": "el usuario lleva de 1 a 32 de a-z, 0-9, '.', '_' y '-', y empieza con letra o número",
  "a password has at most 128 bytes of UTF-8": "la contraseña tiene como máximo 128 bytes",
  "a password has at least 10 characters": "la contraseña tiene al menos 10 caracteres",
  "a password is not the name": "la contraseña no puede ser el usuario",
  "a password is not one character": "la contraseña no puede ser un solo carácter repetido",
  "what customers are told has at most 64 bytes, of one line": "lo que ven los clientes tiene como máximo 64 bytes, en una línea",
  "there is somebody of that name": "ya hay alguien con ese usuario",
  "there are 100 users, which is all there may be": "ya hay 100 usuarios, que es el máximo",
  "somebody must stay an owner": "alguien debe seguir siendo dueño",
  "* kept another meanwhile: version *": "* guardó otra mientras tanto: la versión *",
  "* published another meanwhile: version *": "* publicó otra mientras tanto: la versión *",
  "the rules may have about * tokens (they are *): the tools, *": "en las reglas caben unos * tokens (tienen *), porque CONTEXT_TOKENS también debe alcanzar para lo demás",
  "the rules may have about * tokens: the tools, *": "en las reglas caben unos * tokens, porque CONTEXT_TOKENS también debe alcanzar para lo demás",
  "the rules may name *, and nothing else between two braces": "entre llaves dobles las reglas solo pueden llevar {{shop}}, {{makes}}, {{cars}} y {{financing}}",
  "the text is empty": "el texto está vacío",
  "the text has control characters, or is not UTF-8": "el texto tiene caracteres de control o no es UTF-8",
  "the text may have * bytes; it has *": "el texto puede tener hasta * bytes y tiene *",
  "note may have * characters": "la nota puede tener hasta * caracteres",
  "note has control characters": "la nota tiene caracteres de control",
  "note or by has control characters": "la nota tiene caracteres de control",
  "this lead has as many notes as it may": "este interesado ya tiene todas las notas que caben",
  "somebody else has this conversation: *": "otra persona atiende esta conversación",
  "nobody has taken this conversation over": "nadie atiende esta conversación",
  "this person wants no messages *": "esta persona no quiere mensajes",
  "it is not known from which number to write to this person, *": "no se sabe desde qué número escribirle, hasta que escriba otra vez",
  "no alerts are sent: *": "no salen avisos: falta ALERT_SLACK_URL, ALERT_WEBHOOK_URL o ALERT_MAIL_TO; o hubo demasiadas pruebas en una hora",
}).map(([english, text]) => [new RegExp(`^${english.replace(/[.?^${}()|]/g, "\\$&").replaceAll("*", "(.*)")}$`, "is"), text]);

/* The same in the language of the page; what has no other words stays as it is. */
export function inWords(detail) {
  for (const [pattern, text] of language === "es" ? spanish : []) {
    const [, full, stop] = /^(.*?)(\.?)$/s.exec(detail);
    const found = pattern.exec(full);
    if (!found) continue;
    let at = 0;
    const said = text.replaceAll("*", () => found[++at]) + stop;
    return /^\p{Lu}/u.test(detail) ? said[0].toUpperCase() + said.slice(1) : said;
  }
  return detail;
}

function kept() {
  try {
    return localStorage.getItem("mostrador.language");
  } catch {
    return null;
  }
}

const wanted = kept() || (navigator.language || "es").slice(0, 2);
export const language = wanted === "en" ? "en" : "es";
export const say = words[language];

export function switchLanguage() {
  try {
    localStorage.setItem("mostrador.language", language === "es" ? "en" : "es");
  } catch { /* then it is the browser's */ }
  location.reload();
}

const locale = language === "es" ? "es-MX" : "en-GB";
const whole = new Intl.NumberFormat(locale);
const clock = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit" });
const date = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short" });

const pesos = new Intl.NumberFormat("es-MX", { style: "currency", currency: "MXN", currencyDisplay: "narrowSymbol" });
export const money = (value) => pesos.format(value).replace(/\.00$/, "");
/* Of a model: often a small part of the smallest coin. */
export const cost = (micros, currency) => new Intl.NumberFormat(locale, { style: "currency", currency, minimumFractionDigits: 2, maximumFractionDigits: Math.abs(micros) < 1e6 ? 4 : 2 }).format(micros / 1e6);
export const amount = (value) => new Intl.NumberFormat(locale, { maximumSignificantDigits: 3 }).format(value);
export const number = (value) => whole.format(value);
export const short = (value) => (value < 10000 ? number(value) : new Intl.NumberFormat(locale, { notation: "compact" }).format(value));
export const time = (iso) => clock.format(new Date(iso));
export const day = (iso) => date.format(new Date(iso));

export function moment(iso) {
  if (!iso) return "–";
  const then = new Date(iso);
  const today = new Date().toDateString() === then.toDateString();
  return today ? clock.format(then) : `${date.format(then)}, ${clock.format(then)}`;
}

export const duration = (ms) => (ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`);

/* whatsapp:+5215512345678 as people write it */
export function person(id) {
  const found = /^(?:whatsapp:)?\+(\d{8,15})$/.exec(id);
  return found ? `+${found[1].replace(/(\d{2})(\d*?)(\d{2})(\d{4})(\d{4})$/, "$1 $2 $3 $4 $5").replace(/ +/g, " ")}` : id;
}
