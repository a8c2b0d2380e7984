<?xml version="1.0" encoding="UTF-8"?>
<!--
  The rules that Peppol BIS Billing 3.0 adds to EN 16931, as far as they can concern a claim of a Swedish agency on a
  municipality: written from their published description, since the publisher's rule file may not be passed on.
  Each entry names a rule and the nodes that break it. Left out: allowances and charges, periods, attachments, direct
  debit, and sellers of other countries, none of which such a claim has.
  Those named OWN are the project's: what no published rule asks of a claim outside VAT, or only within two hundredths.
  Gives one line for each broken rule: its name, a space, and where.
-->
<xsl:stylesheet version="3.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:xs="http://www.w3.org/2001/XMLSchema"
    xmlns:map="http://www.w3.org/2005/xpath-functions/map"
    xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
    xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"
    xmlns:my="urn:statsbidrag:rules"
    exclude-result-prefixes="#all">

  <xsl:output method="text"/>

  <!-- The sum of digits times alternating weights, from the right; a product above nine counts as the sum of its digits
       where `by-digits` says so (Luhn), and as it is where not (GLN). Right when it ends in nought. -->
  <xsl:function name="my:checks" as="xs:boolean">
    <xsl:param name="number" as="xs:string"/>
    <xsl:param name="weight" as="xs:integer"/>
    <xsl:param name="by-digits" as="xs:boolean"/>
    <xsl:variable name="digits" select="reverse(string-to-codepoints($number) ! (. - 48))"/>
    <xsl:variable name="products" select="for-each-pair($digits, 1 to count($digits),
        function($digit, $place) { if ($place mod 2 eq 0) then $digit * $weight else $digit })"/>
    <xsl:sequence select="sum($products ! (if ($by-digits and . gt 9) then . - 9 else .)) mod 10 eq 0"/>
  </xsl:function>

  <xsl:function name="my:organisation-number" as="xs:boolean">
    <xsl:param name="number" as="xs:string"/>
    <xsl:sequence select="matches($number, '^[0-9]{10}$') and my:checks($number, 2, true())"/>
  </xsl:function>

  <xsl:function name="my:gln" as="xs:boolean">
    <xsl:param name="number" as="xs:string"/>
    <xsl:sequence select="matches($number, '^[0-9]+$') and my:checks($number, 3, false())"/>
  </xsl:function>

  <xsl:function name="my:cost" as="xs:decimal">
    <xsl:param name="line" as="element()"/>
    <xsl:variable name="quantity" select="xs:decimal(($line/(cbc:InvoicedQuantity | cbc:CreditedQuantity), 1)[1])"/>
    <xsl:variable name="price" select="xs:decimal(($line/cac:Price/cbc:PriceAmount, 0)[1])"/>
    <xsl:variable name="base" select="xs:decimal(($line/cac:Price/cbc:BaseQuantity[. != 0], 1)[1])"/>
    <xsl:sequence select="$quantity * $price div $base"/>
  </xsl:function>

  <!-- Taxes whose reason for exemption belongs to another category than theirs. -->
  <xsl:function name="my:not-as" as="element()*">
    <xsl:param name="document" as="element()"/>
    <xsl:param name="reason" as="xs:string"/>
    <xsl:param name="category" as="xs:string"/>
    <xsl:sequence select="$document//cac:TaxCategory[upper-case(cbc:TaxExemptionReasonCode) eq $reason]
        [not(cbc:ID = $category)]"/>
  </xsl:function>

  <xsl:variable name="billing" select="'urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0'"/>
  <xsl:variable name="invoices" select="'71', '80', '82', '84', '102', '218', '219', '331', '380', '382', '383', '386',
      '388', '393', '395', '553', '575', '623', '780', '817', '870', '875', '876', '877', '326', '384'"/>
  <xsl:variable name="credit-notes" select="'81', '83', '381', '396', '532'"/>

  <xsl:template match="/*">
    <xsl:variable name="seller" select="cac:AccountingSupplierParty/cac:Party"/>
    <xsl:variable name="buyer" select="cac:AccountingCustomerParty/cac:Party"/>
    <xsl:variable name="lines" select="cac:InvoiceLine | cac:CreditNoteLine"/>
    <xsl:variable name="swedish" select="$seller[cac:PostalAddress/cac:Country/cbc:IdentificationCode = 'SE']"/>
    <xsl:variable name="vat" select="$swedish/cac:PartyTaxScheme[cac:TaxScheme/cbc:ID = 'VAT']/cbc:CompanyID"/>
    <xsl:variable name="number" select="$swedish/cac:PartyLegalEntity/cbc:CompanyID"/>
    <xsl:variable name="paid" select="cac:PaymentMeans[$swedish][cbc:PaymentMeansCode = '30']/cac:PayeeFinancialAccount"/>
    <xsl:variable name="bankgiro" select="$paid[cac:FinancialInstitutionBranch/cbc:ID = 'SE:BANKGIRO']/cbc:ID"/>
    <xsl:variable name="plusgiro" select="$paid[cac:FinancialInstitutionBranch/cbc:ID = 'SE:PLUSGIRO']/cbc:ID"/>
    <xsl:variable name="identifiers" select="//cbc:EndpointID | //cbc:CompanyID | //cac:PartyIdentification/cbc:ID"/>
    <xsl:variable name="broken" as="map(xs:string, node()*)" select="map {
        'PEPPOL-EN16931-R001': .[not(cbc:ProfileID)],
        'PEPPOL-EN16931-R002': cbc:Note[2],
        'PEPPOL-EN16931-R003': .[not(cbc:BuyerReference) and not(cac:OrderReference/cbc:ID)],
        'PEPPOL-EN16931-R004': .[not(starts-with(normalize-space(cbc:CustomizationID), $billing))],
        'PEPPOL-EN16931-R005': cbc:TaxCurrencyCode[. = ../cbc:DocumentCurrencyCode],
        'PEPPOL-EN16931-R007': .[not(normalize-space(cbc:ProfileID) = 'urn:fdc:peppol.eu:2017:poacc:billing:01:1.0')],
        'PEPPOL-EN16931-R008': .//*[not(*)][not(normalize-space())],
        'PEPPOL-EN16931-R010': $buyer[not(cbc:EndpointID)],
        'PEPPOL-EN16931-R020': $seller[not(cbc:EndpointID)],
        'PEPPOL-EN16931-R051': .//*[@currencyID][not(parent::cac:TaxTotal[not(cac:TaxSubtotal)])]
            [@currencyID != root(.)/*/cbc:DocumentCurrencyCode],
        'PEPPOL-EN16931-R053': .[count(cac:TaxTotal[cac:TaxSubtotal]) ne 1],
        'PEPPOL-EN16931-R054': .[count(cac:TaxTotal[not(cac:TaxSubtotal)]) ne count(cbc:TaxCurrencyCode)],
        'PEPPOL-EN16931-R080': self::*:CreditNote/cac:AdditionalDocumentReference[cbc:DocumentTypeCode = '50'][2],
        'PEPPOL-EN16931-R120': $lines[abs(xs:decimal((cbc:LineExtensionAmount, 0)[1]) - my:cost(.)) gt 0.02],
        'PEPPOL-EN16931-R121': $lines[cac:Price/cbc:BaseQuantity/xs:decimal(.) le 0],
        'PEPPOL-EN16931-R130': $lines[cac:Price/cbc:BaseQuantity/@unitCode
            != (cbc:InvoicedQuantity | cbc:CreditedQuantity)/@unitCode],
        'PEPPOL-EN16931-P0100': cbc:InvoiceTypeCode[not(normalize-space() = $invoices)],
        'PEPPOL-EN16931-P0101': cbc:CreditNoteTypeCode[not(normalize-space() = $credit-notes)],
        'PEPPOL-EN16931-P0104': my:not-as(., 'VATEX-EU-G', 'G'),
        'PEPPOL-EN16931-P0105': my:not-as(., 'VATEX-EU-O', 'O'),
        'PEPPOL-EN16931-P0106': my:not-as(., 'VATEX-EU-IC', 'K'),
        'PEPPOL-EN16931-P0107': my:not-as(., 'VATEX-EU-AE', 'AE'),
        'PEPPOL-EN16931-P0108': my:not-as(., 'VATEX-EU-D', 'E'),
        'PEPPOL-EN16931-P0109': my:not-as(., 'VATEX-EU-F', 'E'),
        'PEPPOL-EN16931-P0110': my:not-as(., 'VATEX-EU-I', 'E'),
        'PEPPOL-EN16931-P0111': my:not-as(., 'VATEX-EU-J', 'E'),
        'PEPPOL-EN16931-P0112': cbc:InvoiceTypeCode[normalize-space() = ('326', '384')],
        'PEPPOL-EN16931-F001': (.//cbc:IssueDate | .//cbc:DueDate | .//cbc:TaxPointDate)
            [not(string-length() eq 10 and . castable as xs:date)],
        'PEPPOL-COMMON-R040': $identifiers[@schemeID = '0088'][not(my:gln(normalize-space()))],
        'PEPPOL-COMMON-R049': $identifiers[@schemeID = '0007'][not(my:organisation-number(normalize-space()))],
        'SE-R-001': $vat[starts-with(., 'SE')][string-length(normalize-space()) ne 14],
        'SE-R-002': $vat[starts-with(., 'SE')][not(matches(normalize-space(), '^SE[0-9]+$'))],
        'SE-R-003': $number[not(. castable as xs:integer)],
        'SE-R-004': $number[string-length(normalize-space()) ne 10],
        'SE-R-005': $swedish[$number]/cac:PartyTaxScheme[not(cac:TaxScheme/cbc:ID = 'VAT')]
            /cbc:CompanyID[upper-case(normalize-space()) ne 'GODKÄND FÖR F-SKATT'],
        'SE-R-007': $plusgiro[not(. castable as xs:integer)],
        'SE-R-008': $bankgiro[not(. castable as xs:integer)],
        'SE-R-009': $bankgiro[not(string-length(normalize-space()) = (7, 8))],
        'SE-R-010': $plusgiro[not(string-length(normalize-space()) = 2 to 8)],
        'SE-R-011': cac:PaymentMeans[$swedish][cbc:PaymentMeansCode = ('50', '56')],
        'SE-R-012': cac:PaymentMeans[$swedish][cbc:PaymentMeansCode = '31']
            [$buyer/cac:PostalAddress/cac:Country/cbc:IdentificationCode = 'SE'],
        'SE-R-013': $number[not(my:organisation-number(normalize-space()))],
        'OWN-DUE': .[not((cbc:DueDate, cac:PaymentTerms/cbc:Note)[normalize-space()])],
        'OWN-EXACT': $lines[not(my:cost(.) = xs:decimal(cbc:LineExtensionAmount))],
        'OWN-PERCENT': .//cbc:Percent,
        'OWN-REASON': .//cac:TaxSubtotal/cac:TaxCategory[not(normalize-space(cbc:TaxExemptionReason))],
        'OWN-REVERSED': self::*:CreditNote[not(normalize-space(cac:BillingReference[1]/cac:InvoiceDocumentReference/cbc:ID))]
      }"/>
    <xsl:value-of select="sort(map:keys($broken)) ! (for $rule in . return $broken($rule) ! ($rule || ' ' || path(.)))"
        separator="&#10;"/>
  </xsl:template>
</xsl:stylesheet>
