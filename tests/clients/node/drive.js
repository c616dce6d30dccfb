/* Drives node-quickbooks and intuit-oauth, as npm has them, against an emulator.

   Reads its task as JSON on standard input and writes one line of JSON for each step: its name and what the
   client handed to its callback, `value` or `error`.  Only the clients' addresses are changed. */
'use strict'

const axios = require('axios')
const OAuthClient = require('intuit-oauth')
const QuickBooks = require('node-quickbooks')

const task = JSON.parse(require('fs').readFileSync(0, 'utf8'))
const SINCE = new Date(Date.parse(task.now) - 3600 * 1000)
const REPORTS = [
  'AgedReceivables', 'AgedReceivableDetail', 'CustomerBalance', 'ProfitAndLoss', 'BalanceSheet',
  'TrialBalance', 'AgedPayableDetail', 'AgedPayables', 'CashFlow', 'ClassSales', 'CustomerBalanceDetail',
  'CustomerIncome', 'CustomerSales', 'DepartmentSales', 'InventoryValuationSummary', 'ItemSales',
  'JournalReport', 'ProfitAndLossDetail', 'TransactionList', 'TransactionListByCustomer',
  'TransactionListByVendor', 'TransactionListWithSplits', 'VendorBalance', 'VendorBalanceDetail',
  'VendorExpenses', 'GeneralLedgerDetail', 'AccountListDetail'
]
let counted = 0

function fresh (word) {
  counted += 1
  return `${word} ${task.run} ${counted}`
}

function told (error) {
  const body = error && error.response ? error.response.data : error
  if (body && body.Fault) return { codes: body.Fault.Error.map(one => one.code), status: error.response ? error.response.status : 200 }
  return { message: String((error && error.message) || error), body: body === error ? undefined : body }
}

function write (step, outcome) {
  process.stdout.write(JSON.stringify({ step, ...outcome }) + '\n')
}

/* Run one step; what it returns is its value, and null where it failed. */
async function step (name, work) {
  try {
    const value = await work()
    write(name, { value: value === undefined ? null : value })
    return value
  } catch (error) {
    write(name, { error: told(error) })
    return null
  }
}

/* Call a method of node-quickbooks that takes a callback. */
function call (qbo, method, ...given) {
  return new Promise((resolve, reject) => {
    qbo[method](...given, (error, value) => (error ? reject(error) : resolve(value)))
  })
}

function addressed () {
  QuickBooks.V3_ENDPOINT_BASE_URL = `${task.base_url}/v3/company/`
  QuickBooks.TOKEN_URL = `${task.base_url}/oauth2/v1/tokens/bearer`
  QuickBooks.REVOKE_URL = `${task.base_url}/v2/oauth2/tokens/revoke`
  QuickBooks.USER_INFO_URL = `${task.base_url}/v1/openid_connect/userinfo`
  OAuthClient.jwks_uri = `${task.base_url}/op/v1/jwks`
  const client = new OAuthClient({
    clientId: task.client_id,
    clientSecret: task.client_secret,
    environment: 'sandbox',
    redirectUri: 'http://localhost:8000/callback',
    includeRefreshTokenHardExpiresIn: true
  })
  return client.setAuthorizeURLs({
    authorizeEndpoint: `${task.base_url}/connect/oauth2`,
    tokenEndpoint: QuickBooks.TOKEN_URL,
    revokeEndpoint: QuickBooks.REVOKE_URL,
    userInfoEndpoint: QuickBooks.USER_INFO_URL
  })
}

function books (token, refreshToken, realmId) {
  return new QuickBooks(task.client_id, task.client_secret, token, false, realmId || task.realm_id, true, false, 75, '2.0', refreshToken)
}

/* Consent, code, ID token, user info, many refreshes of one token, one call, revocation. */
async function oauth () {
  const client = addressed()
  const scopes = OAuthClient.scopes
  const sentBack = await step('oauth.consent', async () => {
    const url = client.authorizeUri({ scope: [scopes.Accounting, scopes.OpenId, scopes.Email, scopes.Profile], state: 'state-1' })
    const answer = await axios.get(`${url}&emulator_decision=approve&realm=${task.realm_id}`, { maxRedirects: 0, validateStatus: () => true })
    return answer.headers.location
  })
  const first = await step('oauth.createToken', async () => (await client.createToken(sentBack)).json)
  await step('oauth.realm', async () => client.getToken().realmId)
  await step('oauth.validateIdToken', () => client.validateIdToken())
  await step('oauth.getUserInfo', async () => (await client.getUserInfo()).json)
  for (const number of [1, 2, 3]) {
    await step(`oauth.refreshUsingToken.${number}`, async () => (await client.refreshUsingToken(first.refresh_token)).json)
  }
  await step('oauth.refresh', async () => (await client.refresh()).json)
  await step('oauth.makeApiCall', async () => {
    const url = `${task.base_url}/v3/company/${task.realm_id}/companyinfo/${task.realm_id}`
    return (await client.makeApiCall({ url })).json
  })
  const qbo = books(client.getToken().access_token, first.refresh_token)
  for (const number of [1, 2]) await step(`oauth.refreshAccessToken.${number}`, () => call(qbo, 'refreshAccessToken'))
  await step('oauth.books.getUserInfo', () => call(qbo, 'getUserInfo'))
  await step('oauth.revoke', async () => (await client.revoke({ refresh_token: first.refresh_token })).status())
  await step('oauth.afterRevoke', async () => (await client.refreshUsingToken(first.refresh_token)).json)

  const own = addressed()
  await own.refreshUsingToken(task.refresh_token)
  const other = await axios.get(`${own.authorizeUri({ scope: [scopes.Accounting], state: 's' })}&emulator_decision=approve&realm=${task.realm_id}`, { maxRedirects: 0, validateStatus: () => true })
  await own.createToken(other.headers.location)
  const ending = books(own.getToken().access_token, own.getToken().refresh_token)
  await step('oauth.revokeAccess', async () => { await call(ending, 'revokeAccess', true); return ending.token })
  return (await addressed().refreshUsingToken(task.refresh_token)).json.access_token
}

function ref (id, name) {
  return name ? { value: id, name } : { value: id }
}

/* What the new objects refer to. */
async function ground (qbo) {
  const one = async (method, criteria, name) => (await call(qbo, method, { ...criteria, limit: 1 })).QueryResponse[name][0]
  const customer = await call(qbo, 'createCustomer', { DisplayName: fresh('Node') })
  const income = (await one('findAccounts', { AccountType: 'Income' }, 'Account')).Id
  const expense = (await one('findAccounts', { AccountType: 'Expense' }, 'Account')).Id
  return {
    customer: customer.Id,
    bought: (await call(qbo, 'createItem', { Name: fresh('Bought'), Type: 'Service', IncomeAccountRef: ref(income), ExpenseAccountRef: ref(expense) })).Id,
    item: (await one('findItems', { Type: 'Service' }, 'Item')).Id,
    bank: (await one('findAccounts', { AccountType: 'Bank' }, 'Account')).Id,
    income,
    expense,
    payable: (await one('findAccounts', { AccountType: 'Accounts Payable' }, 'Account')).Id
  }
}

function objects (made) {
  const sale = amount => ({
    CustomerRef: ref(made.customer),
    Line: [{ Amount: amount, DetailType: 'SalesItemLineDetail', SalesItemLineDetail: { ItemRef: ref(made.item) } }]
  })
  const expense = amount => ({ Amount: amount, DetailType: 'AccountBasedExpenseLineDetail', AccountBasedExpenseLineDetail: { AccountRef: ref(made.expense) } })
  const posting = (side, account) => ({ Amount: 10, DetailType: 'JournalEntryLineDetail', JournalEntryLineDetail: { PostingType: side, AccountRef: ref(account) } })
  const note = { PrivateNote: 'Changed' }
  const name = word => ({ Name: fresh(word) })
  return {
    Account: [{ ...name('Account'), AccountType: 'Expense' }, { Description: 'Changed' }],
    Attachable: [{ Note: 'Called them' }, { Note: 'Changed' }],
    Bill: [{ VendorRef: ref(made.vendor), Line: [expense(50)] }, note],
    BillPayment: [{ VendorRef: ref(made.vendor), PayType: 'Check', TotalAmt: 30, CheckPayment: { BankAccountRef: ref(made.bank) }, Line: [{ Amount: 30, LinkedTxn: [{ TxnId: made.bill, TxnType: 'Bill' }] }] }, note],
    Class: [name('Class'), name('Renamed')],
    CreditMemo: [sale(20), note],
    Customer: [{ DisplayName: fresh("O'Brien") }, { Notes: 'Changed' }],
    Department: [name('Department'), name('Renamed')],
    Deposit: [{ DepositToAccountRef: ref(made.bank), Line: [{ Amount: 20, DetailType: 'DepositLineDetail', DepositLineDetail: { AccountRef: ref(made.income) } }] }, note],
    Employee: [{ GivenName: 'John', FamilyName: fresh('Smith') }, { GivenName: 'Jane' }],
    Estimate: [sale(75), note],
    Invoice: [sale(100), note],
    Item: [{ ...name('Item'), Type: 'Service', IncomeAccountRef: ref(made.income) }, { Description: 'Changed' }],
    JournalEntry: [{ Line: [posting('Debit', made.expense), posting('Credit', made.bank)] }, note],
    Payment: [{ CustomerRef: ref(made.customer), TotalAmt: 25 }, note],
    PaymentMethod: [name('Method'), name('Renamed')],
    Purchase: [{ PaymentType: 'Cash', AccountRef: ref(made.bank), Line: [expense(15)] }, note],
    PurchaseOrder: [{ VendorRef: ref(made.vendor), APAccountRef: ref(made.payable), Line: [{ Amount: 40, DetailType: 'ItemBasedExpenseLineDetail', ItemBasedExpenseLineDetail: { ItemRef: ref(made.bought), Qty: 1, UnitPrice: 40 } }] }, note],
    RefundReceipt: [{ ...sale(35), DepositToAccountRef: ref(made.bank) }, note],
    SalesReceipt: [sale(45), note],
    Term: [{ Name: fresh('Net').slice(0, 31), DueDays: 10 }, { DueDays: 12 }],
    TimeActivity: [{ NameOf: 'Employee', EmployeeRef: ref(made.employee), Hours: 2, Minutes: 30, TxnDate: '2026-10-01' }, { Description: 'Changed' }],
    Transfer: [{ FromAccountRef: ref(made.bank), ToAccountRef: ref(made.cash), Amount: 10 }, { Amount: 11 }],
    Vendor: [{ DisplayName: fresh('Vendor') }, { GivenName: 'Jane' }],
    VendorCredit: [{ VendorRef: ref(made.vendor), Line: [expense(5)] }, note],
    TaxAgency: [{ DisplayName: fresh('Agency') }, null]
  }
}

const DELETED = ['Attachable', 'Bill', 'BillPayment', 'CreditMemo', 'Deposit', 'Estimate', 'Invoice', 'JournalEntry', 'Payment', 'Purchase', 'PurchaseOrder', 'RefundReceipt', 'SalesReceipt', 'TimeActivity', 'Transfer', 'VendorCredit']

/* create, get, find in two spellings, count, update with changes alone and whole, delete by id. */
async function life (qbo, name, body, change) {
  const plural = 'find' + qbo.pluralize(name)
  const made = await step(`${name}.create`, () => call(qbo, `create${name}`, body))
  if (!made) return null
  await step(`${name}.get`, () => call(qbo, `get${name}`, Number(made.Id) > Number.MAX_SAFE_INTEGER ? made.Id : Number(made.Id)))
  await step(`${name}.find`, async () => (await call(qbo, plural, { Id: made.Id })).QueryResponse)
  await step(`${name}.findByList`, async () => (await call(qbo, plural, [{ field: 'Id', value: [made.Id, '999999'], operator: 'IN' }, { field: 'limit', value: 5 }])).QueryResponse)
  await step(`${name}.count`, async () => (await call(qbo, plural, [{ field: 'Id', value: made.Id }, { count: true }])).QueryResponse)
  await step(`${name}.findAll`, async () => (await call(qbo, plural)).QueryResponse[name].length)
  if (change) {
    const changed = await step(`${name}.update`, () => call(qbo, `update${name}`, { Id: made.Id, SyncToken: made.SyncToken, ...change }))
    const whole = changed && { ...changed, sparse: false }
    if (whole) await step(`${name}.updateWhole`, () => call(qbo, `update${name}`, whole))
  }
  if (DELETED.includes(name)) {
    const last = (await call(qbo, `create${name}`, JSON.parse(JSON.stringify(body, (key, value) => (key === 'DocNumber' ? undefined : value)))).catch(() => null)) || made
    await step(`${name}.delete`, async () => (await call(qbo, `delete${name}`, last.Id))[name])
    await step(`${name}.afterDelete`, () => call(qbo, `get${name}`, last.Id))
  }
  return made
}

async function entities (qbo, made) {
  const order = ['Vendor', 'Employee', 'Account', 'Bill']
  const all = objects(made)
  const first = async (name, key) => {
    const one = await life(qbo, name, objects(made)[name][0], all[name][1])
    if (one) made[key] = one.Id
  }
  await first('Vendor', 'vendor')
  await first('Employee', 'employee')
  const cash = await call(qbo, 'createAccount', { Name: fresh('Cash'), AccountType: 'Bank', AccountSubType: 'CashOnHand' }).catch(() => null)
  made.cash = cash ? cash.Id : made.bank
  await first('Bill', 'bill')
  await first('Account', 'account')
  const ready = objects(made)
  for (const name of Object.keys(ready)) {
    if (!order.includes(name)) await life(qbo, name, ready[name][0], ready[name][1])
  }
}

/* What is only read, listed or set. */
async function company (qbo) {
  await step('CompanyInfo.get', () => call(qbo, 'getCompanyInfo', task.realm_id))
  await step('CompanyInfo.find', async () => (await call(qbo, 'findCompanyInfos')).QueryResponse.CompanyInfo.length)
  const preferences = await step('Preferences.get', () => call(qbo, 'getPreferences'))
  await step('Preferences.find', async () => (await call(qbo, 'findPreferenceses')).QueryResponse.Preferences.length)
  await step('Preferences.update', () => call(qbo, 'updatePreferences', { Id: preferences.Id, SyncToken: preferences.SyncToken, EmailMessagesPrefs: { ...preferences.EmailMessagesPrefs, InvoiceMessage: { Subject: task.run, Message: 'Thank you.' } } }))
  for (const [name, plural] of [['TaxCode', 'TaxCodes'], ['TaxRate', 'TaxRates'], ['TaxAgency', 'TaxAgencies']]) {
    const rows = await step(`${name}.list`, async () => (await call(qbo, `find${plural}`)).QueryResponse[name])
    if (rows && rows.length) await step(`${name}.read`, () => call(qbo, `get${name}`, rows[0].Id))
  }
  await step('TaxCode.one', async () => (await call(qbo, 'findTaxCodes', { limit: 1 })).QueryResponse.TaxCode.map(row => [row.Id, row.Name]))
  await step('TaxService.create', () => {
    const name = fresh('Tax')
    return call(qbo, 'createTaxService', { TaxCode: name, TaxRateDetails: [{ TaxRateName: name, RateValue: '8', TaxAgencyId: '1', TaxApplicableOn: 'Sales' }] })
  })
  for (const name of REPORTS) {
    await step(`report.${name}`, async () => (await call(qbo, `report${name}`)).Header.ReportName)
  }
  await step('report.options', async () => (await call(qbo, 'reportProfitAndLoss', { accounting_method: 'Cash', summarize_column_by: 'Customers' })).Header.ReportBasis)
}

/* A company that bills in several currencies. */
async function currencies () {
  const qbo = books(null, task.abroad.refresh_token, task.abroad.realm_id)
  await call(qbo, 'refreshAccessToken')
  const rows = await step('CompanyCurrency.list', async () => (await call(qbo, 'findCompanyCurrencies')).QueryResponse.CompanyCurrency)
  await step('CompanyCurrency.read', () => call(qbo, 'getCompanyCurrency', rows[0].Id))
  await step('ExchangeRate.get', () => call(qbo, 'getExchangeRate', { sourcecurrencycode: 'EUR' }))
  await step('ExchangeRate.find', async () => (await call(qbo, 'findExchangeRates', { SourceCurrencyCode: 'EUR' })).QueryResponse)
  await step('ExchangeRate.update', () => call(qbo, 'updateExchangeRate', { SourceCurrencyCode: 'EUR', AsOfDate: '2026-10-01', Rate: 1.25 }))
  await step('ExchangeRate.after', () => call(qbo, 'getExchangeRate', { sourcecurrencycode: 'EUR', asofdate: '2026-10-01' }))
}

/* Spellings that only this client uses. */
async function queries (qbo, made) {
  const invoices = []
  for (const amount of [11, 22, 33]) {
    invoices.push(await call(qbo, 'createInvoice', { CustomerRef: ref(made.customer), Line: [{ Amount: amount, DetailType: 'SalesItemLineDetail', SalesItemLineDetail: { ItemRef: ref(made.item) } }] }))
  }
  const ids = invoices.map(invoice => invoice.Id)
  const totals = answer => (answer.QueryResponse.Invoice || []).map(invoice => invoice.TotalAmt)
  await step('query.desc', async () => totals(await call(qbo, 'findInvoices', { Id: ids, desc: 'TotalAmt' })))
  await step('query.asc.page', async () => totals(await call(qbo, 'findInvoices', { Id: ids, asc: 'TotalAmt', limit: 1, offset: 2 })))
  await step('query.fetchAll', async () => totals(await call(qbo, 'findInvoices', { Id: ids, asc: 'TotalAmt', limit: 2, fetchAll: true })))
  await step('query.text', async () => totals(await call(qbo, 'findInvoices', `where Id = '${ids[0]}'`)))
  await step('query.greater', async () => totals(await call(qbo, 'findInvoices', [{ field: 'Id', value: ids, operator: 'IN' }, { field: 'TotalAmt', value: '20', operator: '>' }, { field: 'asc', value: 'TotalAmt' }])))
  await step('query.like', async () => (await call(qbo, 'findCustomers', [{ field: 'DisplayName', value: `O'Brien ${task.run}%`, operator: 'LIKE' }])).QueryResponse.Customer.length)
  await step('query.empty', async () => (await call(qbo, 'findInvoices', { DocNumber: 'no such number' })).QueryResponse)
  await step('query.unknown', () => call(qbo, 'findInvoices', { Colour: 'red' }))
  await step('query.checking', async () => (await call(qbo, 'findAccounts', { Name: 'checking' })).QueryResponse.Account[0].Name)
  return invoices
}

/* PDF, sending, voiding in each spelling, batches, capture, uploads, and what is refused. */
async function operations (qbo, made, invoices) {
  const sales = () => ({ CustomerRef: ref(made.customer), Line: [{ Amount: 60, DetailType: 'SalesItemLineDetail', SalesItemLineDetail: { ItemRef: ref(made.item) } }] })
  for (const name of ['Invoice', 'Estimate', 'SalesReceipt', 'CreditMemo']) {
    const one = await call(qbo, `create${name}`, sales()).catch(() => null)
    if (!one) continue
    await step(`${name}.pdf`, async () => Buffer.from(await call(qbo, `get${name}Pdf`, one.Id)).subarray(0, 5).toString())
    await step(`${name}.send`, () => call(qbo, `send${name}Pdf`, one.Id, 'boss@birds.example'))
  }
  await step('PurchaseOrder.send', async () => {
    const one = await call(qbo, 'createPurchaseOrder', objects(made).PurchaseOrder[0])
    return call(qbo, 'sendPurchaseOrder', one.Id, 'supplier@birds.example')
  })
  await step('Invoice.voidById', async () => (await call(qbo, 'voidInvoice', invoices[0].Id)).Invoice)
  await step('Invoice.voidWhole', async () => (await call(qbo, 'voidInvoice', await call(qbo, 'getInvoice', invoices[1].Id))).Invoice)
  await step('Payment.void', async () => {
    const payment = await call(qbo, 'createPayment', { CustomerRef: ref(made.customer), TotalAmt: 33, Line: [{ Amount: 33, LinkedTxn: [{ TxnId: invoices[2].Id, TxnType: 'Invoice' }] }] })
    return call(qbo, 'voidPayment', payment)
  })
  await step('Payment.void.reopened', async () => (await call(qbo, 'getInvoice', invoices[2].Id)).Balance)
  await step('Invoice.deleteWhole', async () => (await call(qbo, 'deleteInvoice', await call(qbo, 'createInvoice', sales()))).Invoice)
  await step('batch', () => call(qbo, 'batch', [
    { bId: 'b1', operation: 'create', Attachable: { Note: 'One', Tag: task.run } },
    { bId: 'b2', operation: 'create', Invoice: sales() },
    { bId: 'b3', operation: 'update', Invoice: { Id: invoices[2].Id, SyncToken: '99', sparse: true, PrivateNote: 'stale' } },
    { bId: 'b4', Query: `select count(*) from Invoice where Id = '${invoices[2].Id}'` }
  ]))
  await step('Attachable.tag', async () => (await call(qbo, 'findAttachables', { Tag: task.run })).QueryResponse.Attachable.length)
  await step('cdc.date', async () => (await call(qbo, 'changeDataCapture', ['Invoice', 'Payment'], SINCE)).CDCResponse[0].QueryResponse.map(slot => Object.keys(slot)[0]))
  await step('cdc.text', async () => (await call(qbo, 'changeDataCapture', 'invoice', SINCE.toISOString())).CDCResponse[0].QueryResponse.length)
  const file = Buffer.from('Dear Sir\n')
  await step('upload', () => call(qbo, 'upload', 'letter.txt', 'text/plain', file))
  await step('upload.linked', () => call(qbo, 'upload', 'letter.txt', 'text/plain', file, 'Invoice', invoices[2].Id))
  await step('requestid', async () => {
    const one = await call(qbo, 'createInvoice', { ...sales(), requestId: `r-${task.run}` })
    const two = await call(qbo, 'createInvoice', { ...sales(), requestId: `r-${task.run}` })
    return one.Id === two.Id
  })
  await step('docnumber', async () => {
    const one = await call(qbo, 'createInvoice', { ...sales(), DocNumber: `N${task.run}` })
    const two = await call(qbo, 'createInvoice', { ...sales(), DocNumber: `N${task.run}`, allowDuplicateDocNum: true })
    return one.DocNumber === two.DocNumber
  })
  await step('numbers', async () => {
    const one = await call(qbo, 'createInvoice', { CustomerRef: { value: Number(made.customer) }, Line: [{ Amount: 5, DetailType: 'SalesItemLineDetail', SalesItemLineDetail: { ItemRef: { value: Number(made.item) }, Qty: 0, UnitPrice: 0 } }], DueDate: '', TxnDate: '', SyncToken: 0 })
    return (await call(qbo, 'updateInvoice', { Id: Number(one.Id), SyncToken: Number(one.SyncToken), PrivateNote: 'By number' })).TotalAmt
  })
  const bare = await step('SalesReceipt.bare', () => call(qbo, 'createSalesReceipt', {
    TxnDate: '2014-08-04',
    PrivateNote: 'Memo',
    CustomerMemo: { value: 'my message' },
    Line: [
      { Description: 'Line', Amount: 14, DetailType: 'SalesItemLineDetail', SalesItemLineDetail: { ServiceDate: '2014-08-14', UnitPrice: 14, Qty: 1, TaxCodeRef: { value: 'NON' } } },
      { Amount: 0.28, DetailType: 'DiscountLineDetail', DiscountLineDetail: { PercentBased: true, DiscountPercent: 2 } }
    ]
  }))
  await step('SalesReceipt.bare.pdf', async () => Buffer.from(await call(qbo, 'getSalesReceiptPdf', bare.Id)).subarray(0, 5).toString())
  await step('fault.missing', () => call(qbo, 'getInvoice', '99999999'))
  await step('fault.stale', () => call(qbo, 'updateInvoice', { Id: invoices[2].Id, SyncToken: '99', PrivateNote: 'stale' }))
  await step('fault.unknown', () => call(qbo, 'createInvoice', { ...sales(), Colour: 'red' }))
  await step('fault.token', () => call(books('not-a-token', 'x'), 'findInvoices'))
}

async function main () {
  const token = await oauth()
  const qbo = books(token, task.refresh_token)
  const made = await ground(qbo)
  await entities(qbo, made)
  await company(qbo)
  await currencies()
  await operations(qbo, made, await queries(qbo, made))
}

main().then(() => write('end', { value: true }), error => { write('end', { error: told(error) }); process.exitCode = 1 })
