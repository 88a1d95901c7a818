// Came with the specification of this project (its tools for checking PDFs); compiled anew for each run.
import eu.europa.esig.dss.model.FileDocument;
import eu.europa.esig.dss.simplereport.SimpleReport;
import eu.europa.esig.dss.spi.DSSUtils;
import eu.europa.esig.dss.spi.validation.CommonCertificateVerifier;
import eu.europa.esig.dss.spi.x509.CommonTrustedCertificateSource;
import eu.europa.esig.dss.validation.SignedDocumentValidator;
import java.io.File;
import java.io.FileInputStream;
import java.util.TreeSet;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;

/**
 * Independent verdicts on a signed PDF, offline. One line a fact:
 *   signature FORMAT INDICATION SUB    EU DSS, trusting only the roots given
 *   timestamp INDICATION
 *   error TEXT / warning TEXT
 *   pdfa FLAVOUR true|false|unreadable veraPDF, then a line for each broken rule
 * Usage: CheckPdf ROOT.der[,ROOT.der] FLAVOUR[,FLAVOUR] FILE...     (flavours: 3a 3b ua1)
 */
public class CheckPdf {
  public static void main(String[] args) throws Exception {
    var roots = new CommonTrustedCertificateSource();
    for (String root : args[0].split(",")) roots.addCertificate(DSSUtils.loadCertificate(new File(root)));
    VeraGreenfieldFoundryProvider.initialise();
    for (int i = 2; i < args.length; i++) {
      System.out.println("file " + new File(args[i]).getName());
      signatures(args[i], roots);
      for (String flavour : args[1].split(",")) conformance(args[i], flavour);
    }
  }

  static void signatures(String file, CommonTrustedCertificateSource roots) {
    var verifier = new CommonCertificateVerifier(); // no AIA, OCSP or CRL source: nothing is fetched
    verifier.setTrustedCertSources(roots);
    var validator = SignedDocumentValidator.fromDocument(new FileDocument(file));
    validator.setCertificateVerifier(verifier);
    SimpleReport report = validator.validateDocument().getSimpleReport();
    if (report.getSignatureIdList().isEmpty()) System.out.println("signature NONE");
    for (String id : report.getSignatureIdList()) {
      System.out.println("signature " + report.getSignatureFormat(id) + " " + report.getIndication(id) + " " + report.getSubIndication(id));
      report.getSignatureTimestamps(id).forEach(t -> System.out.println("timestamp " + t.getIndication()));
      report.getAdESValidationErrors(id).forEach(m -> System.out.println("error " + m.getValue()));
      report.getAdESValidationWarnings(id).forEach(m -> System.out.println("warning " + m.getValue()));
    }
  }

  static void conformance(String file, String name) throws Exception {
    var flavour = PDFAFlavour.fromString(name);
    try (var parser = Foundries.defaultInstance().createParser(new FileInputStream(file), flavour)) {
      var result = Foundries.defaultInstance().createValidator(flavour, false).validate(parser);
      System.out.println("pdfa " + name + " " + result.isCompliant());
      var broken = new TreeSet<String>();
      for (TestAssertion t : result.getTestAssertions())
        if (t.getStatus() == TestAssertion.Status.FAILED)
          broken.add("rule " + t.getRuleId().getClause() + "-" + t.getRuleId().getTestNumber() + " " + t.getMessage());
      broken.forEach(System.out::println);
    } catch (org.verapdf.core.VeraPDFException unreadable) {
      System.out.println("pdfa " + name + " unreadable: " + unreadable.getMessage());
    }
  }
}
