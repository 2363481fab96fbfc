package ubl

import "encoding/xml"

// The elements of the document in the order that the schema prescribes. cbc is what
// holds a value, cac what holds elements.

type order struct {
	XMLName       xml.Name    `xml:"Order"`
	Namespace     string      `xml:"xmlns,attr"`
	Aggregate     string      `xml:"xmlns:cac,attr"`
	Basic         string      `xml:"xmlns:cbc,attr"`
	Customization string      `xml:"cbc:CustomizationID"`
	Profile       string      `xml:"cbc:ProfileID"`
	ID            string      `xml:"cbc:ID"`
	UUID          string      `xml:"cbc:UUID"`
	Issued        string      `xml:"cbc:IssueDate"`
	Type          string      `xml:"cbc:OrderTypeCode"`
	Note          string      `xml:"cbc:Note,omitempty"`
	Currency      string      `xml:"cbc:DocumentCurrencyCode"`
	Lines         int         `xml:"cbc:LineCountNumeric"`
	Buyer         party       `xml:"cac:BuyerCustomerParty>cac:Party"`
	Seller        party       `xml:"cac:SellerSupplierParty>cac:Party"`
	Delivery      delivery    `xml:"cac:Delivery"`
	Charge        *charge     `xml:"cac:AllowanceCharge"`
	Tax           *taxTotal   `xml:"cac:TaxTotal"`
	Total         total       `xml:"cac:AnticipatedMonetaryTotal"`
	OrderLines    []orderLine `xml:"cac:OrderLine"`
}

type party struct {
	Endpoint *identifier `xml:"cbc:EndpointID"`
	Name     name        `xml:"cac:PartyName"`
	Address  *address    `xml:"cac:PostalAddress"`
	Legal    legal       `xml:"cac:PartyLegalEntity"`
	Contact  *contact    `xml:"cac:Contact"`
}

type identifier struct {
	Scheme string `xml:"schemeID,attr"`
	Text   string `xml:",chardata"`
}

type name struct {
	Name string `xml:"cbc:Name"`
}

type legal struct {
	Name string `xml:"cbc:RegistrationName"`
}

type address struct {
	Street string `xml:"cbc:StreetName,omitempty"`
	Region string `xml:"cbc:CountrySubentity,omitempty"`
}

type contact struct {
	Name  string `xml:"cbc:Name,omitempty"`
	Phone string `xml:"cbc:Telephone,omitempty"`
	Mail  string `xml:"cbc:ElectronicMail,omitempty"`
}

type delivery struct {
	Until string `xml:"cac:RequestedDeliveryPeriod>cbc:EndDate"`
}

type charge struct {
	Charge bool   `xml:"cbc:ChargeIndicator"`
	Code   string `xml:"cbc:AllowanceChargeReasonCode"`
	Reason string `xml:"cbc:AllowanceChargeReason"`
	Amount amount `xml:"cbc:Amount"`
}

type amount struct {
	Currency string `xml:"currencyID,attr"`
	Text     string `xml:",chardata"`
}

type taxTotal struct {
	Amount amount `xml:"cbc:TaxAmount"`
}

type total struct {
	Lines   amount  `xml:"cbc:LineExtensionAmount"`
	Net     amount  `xml:"cbc:TaxExclusiveAmount"`
	Gross   amount  `xml:"cbc:TaxInclusiveAmount"`
	Charges *amount `xml:"cbc:ChargeTotalAmount"`
	Payable amount  `xml:"cbc:PayableAmount"`
}

type orderLine struct {
	Item lineItem `xml:"cac:LineItem"`
}

type lineItem struct {
	ID       string   `xml:"cbc:ID"`
	Quantity quantity `xml:"cbc:Quantity"`
	Total    amount   `xml:"cbc:LineExtensionAmount"`
	Tax      *amount  `xml:"cbc:TotalTaxAmount"`
	Price    price    `xml:"cac:Price"`
	Item     item     `xml:"cac:Item"`
}

type quantity struct {
	Unit string `xml:"unitCode,attr"`
	Text string `xml:",chardata"`
}

type price struct {
	Amount amount   `xml:"cbc:PriceAmount"`
	Base   quantity `xml:"cbc:BaseQuantity"`
}

type item struct {
	Name    string     `xml:"cbc:Name"`
	Buyers  reference  `xml:"cac:BuyersItemIdentification"`
	Sellers *reference `xml:"cac:SellersItemIdentification"`
	Tax     *tax       `xml:"cac:ClassifiedTaxCategory"`
}

type reference struct {
	ID string `xml:"cbc:ID"`
}

type tax struct {
	ID      string `xml:"cbc:ID"`
	Percent string `xml:"cbc:Percent"`
	Scheme  string `xml:"cac:TaxScheme>cbc:ID"`
}
