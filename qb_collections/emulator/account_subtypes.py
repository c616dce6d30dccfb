"""The subtypes of accounts (Intuit's schema): a subtype alone says of which type an account is."""

_OF_TYPE = {
    "Bank": "CashOnHand Checking MoneyMarket RentsHeldInTrust Savings TrustAccounts CashAndCashEquivalents"
    " OtherEarMarkedBankAccounts",
    "Accounts Receivable": "AccountsReceivable",
    "Other Current Asset": "AllowanceForBadDebts DevelopmentCosts EmployeeCashAdvances OtherCurrentAssets"
    " Inventory Investment_MortgageRealEstateLoans Investment_Other Investment_TaxExemptSecurities"
    " Investment_USGovernmentObligations LoansToOfficers LoansToOthers LoansToStockholders PrepaidExpenses"
    " Retainage UndepositedFunds",
    "Fixed Asset": "AccumulatedDepletion AccumulatedDepreciation DepletableAssets FixedAssetComputers"
    " FixedAssetCopiers FixedAssetFurniture FixedAssetPhone FixedAssetPhotoVideo FixedAssetSoftware"
    " FixedAssetOtherToolsEquipment FurnitureAndFixtures Land LeaseholdImprovements OtherFixedAssets"
    " AccumulatedAmortization Buildings IntangibleAssets MachineryAndEquipment Vehicles",
    "Other Asset": "LeaseBuyout OtherLongTermAssets SecurityDeposits AccumulatedAmortizationOfOtherAssets"
    " Goodwill Licenses OrganizationalCosts",
    "Accounts Payable": "AccountsPayable",
    "Credit Card": "CreditCard",
    "Other Current Liability": "DirectDepositPayable LineOfCredit LoanPayable GlobalTaxPayable"
    " GlobalTaxSuspense OtherCurrentLiabilities PayrollClearing PayrollTaxPayable PrepaidExpensesPayable"
    " RentsInTrustLiability TrustAccountsLiabilities FederalIncomeTaxPayable InsurancePayable"
    " SalesTaxPayable StateLocalIncomeTaxPayable",
    "Long Term Liability": "NotesPayable OtherLongTermLiabilities ShareholderNotesPayable",
    "Equity": "OpeningBalanceEquity PartnersEquity RetainedEarnings AccumulatedAdjustment OwnersEquity"
    " PaidInCapitalOrSurplus PartnerContributions PartnerDistributions PreferredStock CommonStock"
    " TreasuryStock EstimatedTaxes Healthcare PersonalIncome PersonalExpense",
    "Income": "NonProfitIncome OtherPrimaryIncome SalesOfProductIncome ServiceFeeIncome DiscountsRefundsGiven"
    " UnappliedCashPaymentIncome",
    "Cost of Goods Sold": "EquipmentRentalCos OtherCostsOfServiceCos ShippingFreightDeliveryCos"
    " SuppliesMaterialsCogs CostOfLaborCos",
    "Expense": "AdvertisingPromotional BadDebts BankCharges CharitableContributions CommissionsAndFees"
    " Entertainment EntertainmentMeals EquipmentRental FinanceCosts GlobalTaxExpense Insurance InterestPaid"
    " LegalProfessionalFees OfficeExpenses OfficeGeneralAdministrativeExpenses OtherBusinessExpenses"
    " OtherMiscellaneousServiceCost PromotionalMeals RentOrLeaseOfBuildings RepairMaintenance"
    " ShippingFreightDelivery SuppliesMaterials Travel TravelMeals Utilities Auto CostOfLabor"
    " DuesSubscriptions PayrollExpenses TaxesPaid UnappliedCashBillPaymentExpense",
    "Other Income": "DividendIncome InterestEarned OtherInvestmentIncome OtherMiscellaneousIncome"
    " TaxExemptInterest GainLossOnSaleOfFixedAssets GainLossOnSaleOfInvestments",
    "Other Expense": "Depreciation ExchangeGainOrLoss OtherMiscellaneousExpense PenaltiesSettlements"
    " Amortization",
}
TYPE_OF = {subtype: kind for kind, subtypes in _OF_TYPE.items() for subtype in subtypes.split()}
